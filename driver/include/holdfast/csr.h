// Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace holdfast::csr {

/// Byte offset of a register in BAR0.
enum class CsrOffset : std::uint32_t {};

/// One field: its lowest bit and width, in bits.
struct Field {
  unsigned lsb;
  unsigned width;
  constexpr std::uint32_t mask() const {
    return (width == 32 ? ~0u : ((1u << width) - 1)) << lsb;
  }
  constexpr std::uint32_t get(std::uint32_t word) const { return (word & mask()) >> lsb; }
  constexpr std::uint32_t set(std::uint32_t value) const { return (value << lsb) & mask(); }
};

inline constexpr std::uint32_t kBar0Bytes = 0x20000;

inline constexpr CsrOffset kIdentityMagic{0x00000};
inline constexpr Field kIdentityMagicValue{0, 32};
inline constexpr CsrOffset kIdentityMapVersion{0x00004};
inline constexpr Field kIdentityMapVersionMinor{0, 16};
inline constexpr Field kIdentityMapVersionMajor{16, 16};
inline constexpr CsrOffset kIdentityBuild{0x00008};
inline constexpr Field kIdentityBuildValue{0, 32};
inline constexpr CsrOffset kIdentityGitHash{0x0000c};
inline constexpr Field kIdentityGitHashValue{0, 32};
inline constexpr CsrOffset kIdentityBoard{0x00010};
inline constexpr Field kIdentityBoardValue{0, 32};
inline constexpr CsrOffset kIdentityCapSuites{0x00014};
inline constexpr Field kIdentityCapSuitesValue{0, 32};
inline constexpr CsrOffset kIdentityCapTables{0x00018};
inline constexpr Field kIdentityCapTablesNumSas{0, 16};
inline constexpr Field kIdentityCapTablesNumPaths{16, 16};
inline constexpr CsrOffset kIdentityCapWidths{0x0001c};
inline constexpr Field kIdentityCapWidthsDataWidth{0, 8};
inline constexpr Field kIdentityCapWidthsNumQueues{8, 8};
inline constexpr Field kIdentityCapWidthsNumVectors{16, 8};
inline constexpr CsrOffset kIdentityCapWindow{0x00020};
inline constexpr Field kIdentityCapWindowMaxReplayWindow{0, 16};
inline constexpr CsrOffset kIdentityClockHz{0x00024};
inline constexpr Field kIdentityClockHzValue{0, 32};
inline constexpr CsrOffset kIdentityScratch{0x00028};
inline constexpr Field kIdentityScratchValue{0, 32};
inline constexpr CsrOffset kControlControl{0x00040};
inline constexpr Field kControlControlEnable{0, 1};
inline constexpr Field kControlControlSoftReset{1, 1};
inline constexpr CsrOffset kControlStatus{0x00044};
inline constexpr Field kControlStatusSwept{0, 1};
inline constexpr Field kControlStatusIdle{1, 1};
inline constexpr CsrOffset kControlError{0x00048};
inline constexpr Field kControlErrorUnknownOffset{0, 1};
inline constexpr Field kControlErrorPartialWrite{1, 1};
inline constexpr Field kControlErrorBadRequest{2, 1};
inline constexpr Field kControlErrorUnsupportedRequest{3, 1};
inline constexpr Field kControlErrorBadCompletion{4, 1};
inline constexpr Field kControlErrorReadTimeout{5, 1};
inline constexpr Field kControlErrorCommandBusy{6, 1};
inline constexpr Field kControlErrorEventOverflow{7, 1};
inline constexpr Field kControlErrorQueueStopped{8, 1};
inline constexpr CsrOffset kControlFirstError{0x0004c};
inline constexpr Field kControlFirstErrorOffset{0, 17};
inline constexpr Field kControlFirstErrorBitIndex{24, 5};
inline constexpr Field kControlFirstErrorValid{31, 1};
inline constexpr CsrOffset kControlReadTimeout{0x00050};
inline constexpr Field kControlReadTimeoutMicroseconds{0, 16};
inline constexpr CsrOffset kControlSweep{0x00054};
inline constexpr Field kControlSweepCycles{0, 32};
inline constexpr CsrOffset kControlGeneration{0x00058};
inline constexpr Field kControlGenerationValue{0, 32};
inline constexpr CsrOffset kControlDrainFence{0x0005c};
inline constexpr Field kControlDrainFenceGeneration{0, 32};
inline constexpr CsrOffset kControlLastDrop{0x00060};
inline constexpr Field kControlLastDropReason{0, 6};
inline constexpr Field kControlLastDropOutbound{8, 1};
inline constexpr Field kControlLastDropSaIndex{16, 16};
inline constexpr CsrOffset kCommandSaIndex{0x01000};
inline constexpr Field kCommandSaIndexValue{0, 16};
inline constexpr CsrOffset kCommandPathIndex{0x01004};
inline constexpr Field kCommandPathIndexValue{0, 16};
inline constexpr CsrOffset kCommandSpi{0x01008};
inline constexpr Field kCommandSpiValue{0, 32};
inline constexpr CsrOffset kCommandSaFlags{0x0100c};
inline constexpr Field kCommandSaFlagsSuite{0, 4};
inline constexpr Field kCommandSaFlagsOutbound{4, 1};
inline constexpr Field kCommandSaFlagsEsn{5, 1};
inline constexpr Field kCommandSaFlagsSelectorIpv6{6, 1};
inline constexpr Field kCommandSaFlagsDf{8, 2};
inline constexpr Field kCommandSaFlagsCopyDscp{10, 1};
inline constexpr Field kCommandSaFlagsEcn{11, 1};
inline constexpr Field kCommandSaFlagsDscp{16, 6};
inline constexpr CsrOffset kCommandReplayWindow{0x01010};
inline constexpr Field kCommandReplayWindowPackets{0, 16};
constexpr CsrOffset kCommandKey(unsigned i) {
  return CsrOffset{0x01014u + i * 0x4u};
}
inline constexpr Field kCommandKeyValue{0, 32};
inline constexpr CsrOffset kCommandSalt{0x01034};
inline constexpr Field kCommandSaltValue{0, 32};
inline constexpr CsrOffset kCommandFirstSequenceLo{0x01038};
inline constexpr Field kCommandFirstSequenceLoValue{0, 32};
inline constexpr CsrOffset kCommandFirstSequenceHi{0x0103c};
inline constexpr Field kCommandFirstSequenceHiValue{0, 32};
constexpr CsrOffset kCommandSelectorSource(unsigned i) {
  return CsrOffset{0x01040u + i * 0x4u};
}
inline constexpr Field kCommandSelectorSourceValue{0, 32};
constexpr CsrOffset kCommandSelectorDestination(unsigned i) {
  return CsrOffset{0x01050u + i * 0x4u};
}
inline constexpr Field kCommandSelectorDestinationValue{0, 32};
inline constexpr CsrOffset kCommandSelectorPrefix{0x01060};
inline constexpr Field kCommandSelectorPrefixSourceBits{0, 8};
inline constexpr Field kCommandSelectorPrefixDestinationBits{8, 8};
inline constexpr CsrOffset kCommandSoftBytesLo{0x01064};
inline constexpr Field kCommandSoftBytesLoValue{0, 32};
inline constexpr CsrOffset kCommandSoftBytesHi{0x01068};
inline constexpr Field kCommandSoftBytesHiValue{0, 32};
inline constexpr CsrOffset kCommandHardBytesLo{0x0106c};
inline constexpr Field kCommandHardBytesLoValue{0, 32};
inline constexpr CsrOffset kCommandHardBytesHi{0x01070};
inline constexpr Field kCommandHardBytesHiValue{0, 32};
inline constexpr CsrOffset kCommandSoftPacketsLo{0x01074};
inline constexpr Field kCommandSoftPacketsLoValue{0, 32};
inline constexpr CsrOffset kCommandSoftPacketsHi{0x01078};
inline constexpr Field kCommandSoftPacketsHiValue{0, 32};
inline constexpr CsrOffset kCommandHardPacketsLo{0x0107c};
inline constexpr Field kCommandHardPacketsLoValue{0, 32};
inline constexpr CsrOffset kCommandHardPacketsHi{0x01080};
inline constexpr Field kCommandHardPacketsHiValue{0, 32};
constexpr CsrOffset kCommandPathOwnAddress(unsigned i) {
  return CsrOffset{0x01090u + i * 0x4u};
}
inline constexpr Field kCommandPathOwnAddressValue{0, 32};
constexpr CsrOffset kCommandPathPeerAddress(unsigned i) {
  return CsrOffset{0x010a0u + i * 0x4u};
}
inline constexpr Field kCommandPathPeerAddressValue{0, 32};
inline constexpr CsrOffset kCommandPathPorts{0x010b0};
inline constexpr Field kCommandPathPortsOwn{0, 16};
inline constexpr Field kCommandPathPortsPeer{16, 16};
inline constexpr CsrOffset kCommandPathFlags{0x010b4};
inline constexpr Field kCommandPathFlagsIpv6{0, 1};
inline constexpr Field kCommandPathFlagsUdpEncap{1, 1};
inline constexpr Field kCommandPathFlagsLimited{2, 1};
inline constexpr CsrOffset kCommandPathCredit{0x010b8};
inline constexpr Field kCommandPathCreditBytes{0, 32};
inline constexpr CsrOffset kCommandCommand{0x010f0};
inline constexpr Field kCommandCommandOp{0, 4};
inline constexpr CsrOffset kCommandStatus{0x010f4};
inline constexpr Field kCommandStatusBusy{0, 1};
inline constexpr Field kCommandStatusResult{8, 4};
inline constexpr CsrOffset kCommandResultGeneration{0x010f8};
inline constexpr Field kCommandResultGenerationValue{0, 32};
inline constexpr CsrOffset kCommandResultSequenceLo{0x01100};
inline constexpr Field kCommandResultSequenceLoValue{0, 32};
inline constexpr CsrOffset kCommandResultSequenceHi{0x01104};
inline constexpr Field kCommandResultSequenceHiValue{0, 32};
inline constexpr CsrOffset kCommandResultBytesLo{0x01108};
inline constexpr Field kCommandResultBytesLoValue{0, 32};
inline constexpr CsrOffset kCommandResultBytesHi{0x0110c};
inline constexpr Field kCommandResultBytesHiValue{0, 32};
inline constexpr CsrOffset kCommandResultPacketsLo{0x01110};
inline constexpr Field kCommandResultPacketsLoValue{0, 32};
inline constexpr CsrOffset kCommandResultPacketsHi{0x01114};
inline constexpr Field kCommandResultPacketsHiValue{0, 32};
inline constexpr CsrOffset kCommandResultLastUsedLo{0x01118};
inline constexpr Field kCommandResultLastUsedLoValue{0, 32};
inline constexpr CsrOffset kCommandResultLastUsedHi{0x0111c};
inline constexpr Field kCommandResultLastUsedHiValue{0, 32};
inline constexpr CsrOffset kCommandResultSa{0x01120};
inline constexpr Field kCommandResultSaPathIndex{0, 16};
inline constexpr Field kCommandResultSaOutbound{16, 1};
inline constexpr CsrOffset kCounterSnapshot{0x02000};
inline constexpr Field kCounterSnapshotTake{0, 1};
inline constexpr CsrOffset kCountersCyclesLo{0x02400};
inline constexpr Field kCountersCyclesLoValue{0, 32};
inline constexpr CsrOffset kCountersCyclesHi{0x02404};
inline constexpr Field kCountersCyclesHiValue{0, 32};
inline constexpr CsrOffset kCountersCompletionStallsLo{0x02408};
inline constexpr Field kCountersCompletionStallsLoValue{0, 32};
inline constexpr CsrOffset kCountersCompletionStallsHi{0x0240c};
inline constexpr Field kCountersCompletionStallsHiValue{0, 32};
constexpr CsrOffset kCountersPacketsInLo(unsigned i) {
  return CsrOffset{0x02410u + i * 0x8u};
}
inline constexpr Field kCountersPacketsInLoValue{0, 32};
constexpr CsrOffset kCountersPacketsInHi(unsigned i) {
  return CsrOffset{0x02414u + i * 0x8u};
}
inline constexpr Field kCountersPacketsInHiValue{0, 32};
constexpr CsrOffset kCountersPacketsOutLo(unsigned i) {
  return CsrOffset{0x02420u + i * 0x8u};
}
inline constexpr Field kCountersPacketsOutLoValue{0, 32};
constexpr CsrOffset kCountersPacketsOutHi(unsigned i) {
  return CsrOffset{0x02424u + i * 0x8u};
}
inline constexpr Field kCountersPacketsOutHiValue{0, 32};
constexpr CsrOffset kCountersBytesInLo(unsigned i) {
  return CsrOffset{0x02430u + i * 0x8u};
}
inline constexpr Field kCountersBytesInLoValue{0, 32};
constexpr CsrOffset kCountersBytesInHi(unsigned i) {
  return CsrOffset{0x02434u + i * 0x8u};
}
inline constexpr Field kCountersBytesInHiValue{0, 32};
constexpr CsrOffset kCountersBytesOutLo(unsigned i) {
  return CsrOffset{0x02440u + i * 0x8u};
}
inline constexpr Field kCountersBytesOutLoValue{0, 32};
constexpr CsrOffset kCountersBytesOutHi(unsigned i) {
  return CsrOffset{0x02444u + i * 0x8u};
}
inline constexpr Field kCountersBytesOutHiValue{0, 32};
inline constexpr CsrOffset kCountersEventsLo{0x02450};
inline constexpr Field kCountersEventsLoValue{0, 32};
inline constexpr CsrOffset kCountersEventsHi{0x02454};
inline constexpr Field kCountersEventsHiValue{0, 32};
inline constexpr CsrOffset kCountersEventsLostLo{0x02458};
inline constexpr Field kCountersEventsLostLoValue{0, 32};
inline constexpr CsrOffset kCountersEventsLostHi{0x0245c};
inline constexpr Field kCountersEventsLostHiValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadsLo{0x02460};
inline constexpr Field kCountersDmaReadsLoValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadsHi{0x02464};
inline constexpr Field kCountersDmaReadsHiValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadErrorsLo{0x02468};
inline constexpr Field kCountersDmaReadErrorsLoValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadErrorsHi{0x0246c};
inline constexpr Field kCountersDmaReadErrorsHiValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadTimeoutsLo{0x02470};
inline constexpr Field kCountersDmaReadTimeoutsLoValue{0, 32};
inline constexpr CsrOffset kCountersDmaReadTimeoutsHi{0x02474};
inline constexpr Field kCountersDmaReadTimeoutsHiValue{0, 32};
inline constexpr CsrOffset kCountersDmaWritesLo{0x02478};
inline constexpr Field kCountersDmaWritesLoValue{0, 32};
inline constexpr CsrOffset kCountersDmaWritesHi{0x0247c};
inline constexpr Field kCountersDmaWritesHiValue{0, 32};
inline constexpr CsrOffset kCountersInterruptsLo{0x02480};
inline constexpr Field kCountersInterruptsLoValue{0, 32};
inline constexpr CsrOffset kCountersInterruptsHi{0x02484};
inline constexpr Field kCountersInterruptsHiValue{0, 32};
inline constexpr CsrOffset kCountersBadRequestsLo{0x02488};
inline constexpr Field kCountersBadRequestsLoValue{0, 32};
inline constexpr CsrOffset kCountersBadRequestsHi{0x0248c};
inline constexpr Field kCountersBadRequestsHiValue{0, 32};
inline constexpr CsrOffset kCountersUnsupportedRequestsLo{0x02490};
inline constexpr Field kCountersUnsupportedRequestsLoValue{0, 32};
inline constexpr CsrOffset kCountersUnsupportedRequestsHi{0x02494};
inline constexpr Field kCountersUnsupportedRequestsHiValue{0, 32};
inline constexpr CsrOffset kCountersBadCompletionsLo{0x02498};
inline constexpr Field kCountersBadCompletionsLoValue{0, 32};
inline constexpr CsrOffset kCountersBadCompletionsHi{0x0249c};
inline constexpr Field kCountersBadCompletionsHiValue{0, 32};
inline constexpr CsrOffset kCountersCreditBytesLo{0x024a0};
inline constexpr Field kCountersCreditBytesLoValue{0, 32};
inline constexpr CsrOffset kCountersCreditBytesHi{0x024a4};
inline constexpr Field kCountersCreditBytesHiValue{0, 32};
constexpr CsrOffset kCountersDropsLo(unsigned i) {
  return CsrOffset{0x02600u + i * 0x8u};
}
inline constexpr Field kCountersDropsLoValue{0, 32};
constexpr CsrOffset kCountersDropsHi(unsigned i) {
  return CsrOffset{0x02604u + i * 0x8u};
}
inline constexpr Field kCountersDropsHiValue{0, 32};
constexpr CsrOffset kQueuesSqBaseLo(unsigned i) {
  return CsrOffset{0x04000u + i * 0x40u};
}
inline constexpr Field kQueuesSqBaseLoValue{0, 32};
constexpr CsrOffset kQueuesSqBaseHi(unsigned i) {
  return CsrOffset{0x04004u + i * 0x40u};
}
inline constexpr Field kQueuesSqBaseHiValue{0, 32};
constexpr CsrOffset kQueuesCqBaseLo(unsigned i) {
  return CsrOffset{0x04008u + i * 0x40u};
}
inline constexpr Field kQueuesCqBaseLoValue{0, 32};
constexpr CsrOffset kQueuesCqBaseHi(unsigned i) {
  return CsrOffset{0x0400cu + i * 0x40u};
}
inline constexpr Field kQueuesCqBaseHiValue{0, 32};
constexpr CsrOffset kQueuesSize(unsigned i) {
  return CsrOffset{0x04010u + i * 0x40u};
}
inline constexpr Field kQueuesSizeSqLog2{0, 5};
inline constexpr Field kQueuesSizeCqLog2{8, 5};
constexpr CsrOffset kQueuesControl(unsigned i) {
  return CsrOffset{0x04014u + i * 0x40u};
}
inline constexpr Field kQueuesControlEnable{0, 1};
constexpr CsrOffset kQueuesStatus(unsigned i) {
  return CsrOffset{0x04018u + i * 0x40u};
}
inline constexpr Field kQueuesStatusRunning{0, 1};
inline constexpr Field kQueuesStatusCause{8, 4};
inline constexpr Field kQueuesStatusWaits{16, 1};
constexpr CsrOffset kQueuesIndices(unsigned i) {
  return CsrOffset{0x0401cu + i * 0x40u};
}
inline constexpr Field kQueuesIndicesSqConsumer{0, 16};
inline constexpr Field kQueuesIndicesCqProducer{16, 16};
constexpr CsrOffset kQueuesWindowBaseLo(unsigned i) {
  return CsrOffset{0x04020u + i * 0x40u};
}
inline constexpr Field kQueuesWindowBaseLoValue{0, 32};
constexpr CsrOffset kQueuesWindowBaseHi(unsigned i) {
  return CsrOffset{0x04024u + i * 0x40u};
}
inline constexpr Field kQueuesWindowBaseHiValue{0, 32};
constexpr CsrOffset kQueuesWindowLimitLo(unsigned i) {
  return CsrOffset{0x04028u + i * 0x40u};
}
inline constexpr Field kQueuesWindowLimitLoValue{0, 32};
constexpr CsrOffset kQueuesWindowLimitHi(unsigned i) {
  return CsrOffset{0x0402cu + i * 0x40u};
}
inline constexpr Field kQueuesWindowLimitHiValue{0, 32};
constexpr CsrOffset kQueuesIrq(unsigned i) {
  return CsrOffset{0x04030u + i * 0x40u};
}
inline constexpr Field kQueuesIrqVectorIndex{0, 8};
inline constexpr Field kQueuesIrqEnable{31, 1};
constexpr CsrOffset kQueuesModeration(unsigned i) {
  return CsrOffset{0x04034u + i * 0x40u};
}
inline constexpr Field kQueuesModerationPackets{0, 16};
inline constexpr Field kQueuesModerationMicroseconds{16, 16};
inline constexpr CsrOffset kEventRingBaseLo{0x04400};
inline constexpr Field kEventRingBaseLoValue{0, 32};
inline constexpr CsrOffset kEventRingBaseHi{0x04404};
inline constexpr Field kEventRingBaseHiValue{0, 32};
inline constexpr CsrOffset kEventRingSize{0x04408};
inline constexpr Field kEventRingSizeLog2{0, 5};
inline constexpr CsrOffset kEventRingControl{0x0440c};
inline constexpr Field kEventRingControlEnable{0, 1};
inline constexpr CsrOffset kEventRingIrq{0x04410};
inline constexpr Field kEventRingIrqVectorIndex{0, 8};
inline constexpr Field kEventRingIrqEnable{31, 1};
inline constexpr CsrOffset kEventRingStatus{0x04414};
inline constexpr Field kEventRingStatusProducer{0, 16};
inline constexpr Field kEventRingStatusLastKind{16, 4};
constexpr CsrOffset kDoorbellSqProducer(unsigned i) {
  return CsrOffset{0x08000u + i * 0x8u};
}
inline constexpr Field kDoorbellSqProducerValue{0, 16};
constexpr CsrOffset kDoorbellCqConsumer(unsigned i) {
  return CsrOffset{0x08004u + i * 0x8u};
}
inline constexpr Field kDoorbellCqConsumerValue{0, 16};
inline constexpr CsrOffset kEventDoorbell{0x08100};
inline constexpr Field kEventDoorbellValue{0, 16};
constexpr CsrOffset kMsixAddressLo(unsigned i) {
  return CsrOffset{0x10000u + i * 0x10u};
}
inline constexpr Field kMsixAddressLoValue{2, 30};
constexpr CsrOffset kMsixAddressHi(unsigned i) {
  return CsrOffset{0x10004u + i * 0x10u};
}
inline constexpr Field kMsixAddressHiValue{0, 32};
constexpr CsrOffset kMsixData(unsigned i) {
  return CsrOffset{0x10008u + i * 0x10u};
}
inline constexpr Field kMsixDataValue{0, 32};
constexpr CsrOffset kMsixControl(unsigned i) {
  return CsrOffset{0x1000cu + i * 0x10u};
}
inline constexpr Field kMsixControlMask{0, 1};
inline constexpr CsrOffset kMsixPending{0x18000};
inline constexpr Field kMsixPendingValue{0, 8};

}  // namespace holdfast::csr
