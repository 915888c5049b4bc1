// SPDX-License-Identifier: Apache-2.0
// In the order of rtl/csr/card_csr.rdl; the register walk of the tests compares them.
#include "model/soft_registers.h"

#include "base/result.h"

namespace holdfast::model {
namespace {

constexpr std::uint32_t kAll = ~0u;
constexpr unsigned kNumQueues = 4;
constexpr unsigned kNumVectors = 8;
constexpr std::uint32_t kMagic = 0x484F4C44;  // "HOLD"

std::size_t index_of(csr::CsrOffset offset) { return static_cast<std::uint32_t>(offset) / 4; }

csr::CsrOffset operator+(csr::CsrOffset offset, std::uint32_t bytes) {
  return csr::CsrOffset{static_cast<std::uint32_t>(offset) + bytes};
}

}  // namespace

SoftRegisters::SoftRegisters() : slots_(csr::kBar0Bytes / 4) {
  define_identity_and_control();
  define_command();
  define_counters();
  define_queues();
  define_msix();
  reset();
}

void SoftRegisters::reset() {
  for (Slot& slot : slots_) slot.value = slot.at_reset;
}

SoftRegisters::Slot& SoftRegisters::slot(csr::CsrOffset offset) {
  Slot& found = slots_.at(index_of(offset));
  HOLDFAST_CHECK(found.exists);
  return found;
}

const SoftRegisters::Slot& SoftRegisters::slot(csr::CsrOffset offset) const {
  return const_cast<SoftRegisters*>(this)->slot(offset);
}

bool SoftRegisters::exists(csr::CsrOffset offset) const {
  const auto bytes = static_cast<std::uint32_t>(offset);
  return bytes % 4 == 0 && bytes < csr::kBar0Bytes && slots_[bytes / 4].exists;
}

std::uint32_t SoftRegisters::read(csr::CsrOffset offset) const {
  const Slot& found = slot(offset);
  return found.is_write_only ? 0 : found.value;
}

void SoftRegisters::write(csr::CsrOffset offset, std::uint32_t value) {
  Slot& found = slot(offset);
  found.value = (found.value & ~found.writable) | (value & found.writable);
}

void SoftRegisters::clear(csr::CsrOffset first, csr::CsrOffset end) {
  for (std::size_t i = index_of(first); i < index_of(end); ++i) slots_.at(i).value = 0;
}

void SoftRegisters::define(csr::CsrOffset offset, std::uint32_t writable, std::uint32_t at_reset) {
  slots_.at(index_of(offset)) = {true, false, writable, at_reset, at_reset};
}

void SoftRegisters::define_write_only(csr::CsrOffset offset, std::uint32_t writable) {
  slots_.at(index_of(offset)) = {true, true, writable, 0, 0};
}

void SoftRegisters::define_identity_and_control() {
  define(csr::kIdentityMagic, 0, kMagic);
  define(csr::kIdentityMapVersion, 0,
         csr::kIdentityMapVersionMajor.set(1) | csr::kIdentityMapVersionMinor.set(1));
  for (csr::CsrOffset o : {csr::kIdentityBuild, csr::kIdentityGitHash, csr::kIdentityBoard,
                           csr::kIdentityCapSuites, csr::kIdentityCapTables,
                           csr::kIdentityCapWidths, csr::kIdentityCapWindow, csr::kIdentityClockHz})
    define(o, 0);
  define(csr::kIdentityScratch, kAll);
  define(csr::kControlControl, csr::kControlControlEnable.mask());
  define(csr::kControlReadTimeout, csr::kControlReadTimeoutMicroseconds.mask(),
         csr::kControlReadTimeoutMicroseconds.set(50));
  for (csr::CsrOffset o :
       {csr::kControlStatus, csr::kControlError, csr::kControlFirstError, csr::kControlSweep,
        csr::kControlGeneration, csr::kControlDrainFence, csr::kControlLastDrop})
    define(o, 0);
}

void SoftRegisters::define_command() {
  define_write_only(csr::kCommandSaIndex, csr::kCommandSaIndexValue.mask());
  define_write_only(csr::kCommandPathIndex, csr::kCommandPathIndexValue.mask());
  define_write_only(csr::kCommandSpi, kAll);
  define_write_only(csr::kCommandSaFlags, kAll);
  define_write_only(csr::kCommandReplayWindow, csr::kCommandReplayWindowPackets.mask());
  for (unsigned i = 0; i < 8; ++i) define_write_only(csr::kCommandKey(i), kAll);
  define_write_only(csr::kCommandSalt, kAll);
  define_write_only(csr::kCommandFirstSequenceLo, kAll);
  define_write_only(csr::kCommandFirstSequenceHi, kAll);
  for (unsigned i = 0; i < 4; ++i) {
    define_write_only(csr::kCommandSelectorSource(i), kAll);
    define_write_only(csr::kCommandSelectorDestination(i), kAll);
    define_write_only(csr::kCommandPathOwnAddress(i), kAll);
    define_write_only(csr::kCommandPathPeerAddress(i), kAll);
  }
  define_write_only(csr::kCommandSelectorPrefix, kAll);
  for (csr::CsrOffset o :
       {csr::kCommandSoftBytesLo, csr::kCommandSoftBytesHi, csr::kCommandHardBytesLo,
        csr::kCommandHardBytesHi, csr::kCommandSoftPacketsLo, csr::kCommandSoftPacketsHi,
        csr::kCommandHardPacketsLo, csr::kCommandHardPacketsHi, csr::kCommandPathPorts,
        csr::kCommandPathFlags, csr::kCommandPathCredit})
    define_write_only(o, kAll);
  define_write_only(csr::kCommandCommand, csr::kCommandCommandOp.mask());
  for (csr::CsrOffset o :
       {csr::kCommandStatus, csr::kCommandResultGeneration, csr::kCommandResultSequenceLo,
        csr::kCommandResultSequenceHi, csr::kCommandResultBytesLo, csr::kCommandResultBytesHi,
        csr::kCommandResultPacketsLo, csr::kCommandResultPacketsHi, csr::kCommandResultLastUsedLo,
        csr::kCommandResultLastUsedHi, csr::kCommandResultSa})
    define(o, 0);
}

void SoftRegisters::define_counters() {
  define_write_only(csr::kCounterSnapshot, csr::kCounterSnapshotTake.mask());
  for (csr::CsrOffset o = csr::kCountersCyclesLo; o <= csr::kCountersCreditBytesHi; o = o + 4)
    define(o, 0);
  for (csr::CsrOffset o = csr::kCountersDropsLo(0); o <= csr::kCountersDropsHi(63); o = o + 4)
    define(o, 0);
}

void SoftRegisters::define_queues() {
  for (unsigned i = 0; i < kNumQueues; ++i) {
    for (csr::CsrOffset o :
         {csr::kQueuesSqBaseLo(i), csr::kQueuesSqBaseHi(i), csr::kQueuesCqBaseLo(i),
          csr::kQueuesCqBaseHi(i), csr::kQueuesWindowBaseLo(i), csr::kQueuesWindowBaseHi(i),
          csr::kQueuesWindowLimitLo(i), csr::kQueuesWindowLimitHi(i)})
      define(o, kAll);
    define(csr::kQueuesSize(i), csr::kQueuesSizeSqLog2.mask() | csr::kQueuesSizeCqLog2.mask());
    define(csr::kQueuesControl(i), csr::kQueuesControlEnable.mask());
    define(csr::kQueuesStatus(i), 0);
    define(csr::kQueuesIndices(i), 0);
    define(csr::kQueuesIrq(i), csr::kQueuesIrqVectorIndex.mask() | csr::kQueuesIrqEnable.mask());
    define(csr::kQueuesModeration(i), kAll, csr::kQueuesModerationPackets.set(1));
    define_write_only(csr::kDoorbellSqProducer(i), csr::kDoorbellSqProducerValue.mask());
    define_write_only(csr::kDoorbellCqConsumer(i), csr::kDoorbellCqConsumerValue.mask());
  }
  define(csr::kEventRingBaseLo, kAll);
  define(csr::kEventRingBaseHi, kAll);
  define(csr::kEventRingSize, csr::kEventRingSizeLog2.mask());
  define(csr::kEventRingControl, csr::kEventRingControlEnable.mask());
  define(csr::kEventRingIrq,
         csr::kEventRingIrqVectorIndex.mask() | csr::kEventRingIrqEnable.mask());
  define(csr::kEventRingStatus, 0);
  define_write_only(csr::kEventDoorbell, csr::kEventDoorbellValue.mask());
}

void SoftRegisters::define_msix() {
  for (unsigned i = 0; i < kNumVectors; ++i) {
    define(csr::kMsixAddressLo(i), csr::kMsixAddressLoValue.mask());
    define(csr::kMsixAddressHi(i), kAll);
    define(csr::kMsixData(i), kAll);
    define(csr::kMsixControl(i), csr::kMsixControlMask.mask(), csr::kMsixControlMask.mask());
  }
  define(csr::kMsixPending, 0);
}

}  // namespace holdfast::model
