// Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit.
// SPDX-License-Identifier: Apache-2.0
/// Numbers that RTL and host share.
package card_csr_enums_pkg;
  typedef enum logic [5:0] {
    DropReasonNone = 6'd0,
    DropReasonDisabled = 6'd1,
    DropReasonBadDescriptor = 6'd2,
    DropReasonDmaWindow = 6'd3,
    DropReasonDmaRead = 6'd4,
    DropReasonTooLong = 6'd5,
    DropReasonSource = 6'd6,
    DropReasonTruncated = 6'd7,
    DropReasonBadHeader = 6'd8,
    DropReasonBadChecksum = 6'd9,
    DropReasonFragment = 6'd10,
    DropReasonNonEspMarker = 6'd11,
    DropReasonNatKeepalive = 6'd12,
    DropReasonNotEsp = 6'd13,
    DropReasonBadLength = 6'd14,
    DropReasonNoSa = 6'd15,
    DropReasonReplayEarly = 6'd16,
    DropReasonIcv = 6'd17,
    DropReasonReplayLate = 6'd18,
    DropReasonPadding = 6'd19,
    DropReasonDummy = 6'd20,
    DropReasonNextHeader = 6'd21,
    DropReasonInnerHeader = 6'd22,
    DropReasonSelector = 6'd23,
    DropReasonEcn = 6'd24,
    DropReasonLifetime = 6'd25,
    DropReasonSequence = 6'd26,
    DropReasonCredit = 6'd27,
    DropReasonStale = 6'd28
  } drop_reason_e;
  typedef enum logic [3:0] {
    SuiteAes128gcm16 = 4'd1,
    SuiteAes192gcm16 = 4'd2,
    SuiteAes256gcm16 = 4'd3
  } suite_e;
  typedef enum logic [1:0] {
    DfModeClear = 2'd0,
    DfModeSet = 2'd1,
    DfModeCopy = 2'd2
  } df_mode_e;
  typedef enum logic [3:0] {
    CommandOpNone = 4'd0,
    CommandOpAddSa = 4'd1,
    CommandOpDeleteSa = 4'd2,
    CommandOpReadSa = 4'd3,
    CommandOpWritePath = 4'd4,
    CommandOpMoveSa = 4'd5,
    CommandOpReadPath = 4'd6
  } command_op_e;
  typedef enum logic [3:0] {
    CommandResultOk = 4'd0,
    CommandResultBadOp = 4'd1,
    CommandResultBadIndex = 4'd2,
    CommandResultIndexInUse = 4'd3,
    CommandResultEmpty = 4'd4,
    CommandResultSpiInUse = 4'd5,
    CommandResultBadSpi = 4'd6,
    CommandResultBadSuite = 4'd7,
    CommandResultBadWindow = 4'd8,
    CommandResultBadSequence = 4'd9,
    CommandResultBadSelector = 4'd10,
    CommandResultNotSwept = 4'd11
  } command_result_e;
  typedef enum logic [3:0] {
    QueueCauseNone = 4'd0,
    QueueCauseBadConfig = 4'd1,
    QueueCauseDescriptorRead = 4'd2,
    QueueCauseDoorbell = 4'd3,
    QueueCauseHostStop = 4'd4
  } queue_cause_e;
  typedef enum logic [3:0] {
    EventKindRoam = 4'd1,
    EventKindSoftLifetime = 4'd2,
    EventKindHardLifetime = 4'd3,
    EventKindSequence = 4'd4,
    EventKindCredit = 4'd5,
    EventKindError = 4'd6
  } event_kind_e;
  // Slot of each 64-bit counter, counted in counters from the start of their block.
  localparam int unsigned CounterCycles = 0;
  localparam int unsigned CounterCompletionStalls = 1;
  localparam int unsigned CounterPacketsIn = 2;
  localparam int unsigned CounterPacketsOut = 4;
  localparam int unsigned CounterBytesIn = 6;
  localparam int unsigned CounterBytesOut = 8;
  localparam int unsigned CounterEvents = 10;
  localparam int unsigned CounterEventsLost = 11;
  localparam int unsigned CounterDmaReads = 12;
  localparam int unsigned CounterDmaReadErrors = 13;
  localparam int unsigned CounterDmaReadTimeouts = 14;
  localparam int unsigned CounterDmaWrites = 15;
  localparam int unsigned CounterInterrupts = 16;
  localparam int unsigned CounterBadRequests = 17;
  localparam int unsigned CounterUnsupportedRequests = 18;
  localparam int unsigned CounterBadCompletions = 19;
  localparam int unsigned CounterCreditBytes = 20;
  localparam int unsigned CounterDrops = 64;
  // Blocks of the map: first offset in BAR0 and size, in bytes.
  localparam int unsigned IdentityBase = 'h00000;
  localparam int unsigned IdentitySize = 'h2c;
  localparam int unsigned ControlBase = 'h00040;
  localparam int unsigned ControlSize = 'h24;
  localparam int unsigned CommandBase = 'h01000;
  localparam int unsigned CommandSize = 'h124;
  localparam int unsigned CounterSnapshotBase = 'h02000;
  localparam int unsigned CounterSnapshotSize = 'h4;
  localparam int unsigned CountersBase = 'h02400;
  localparam int unsigned CountersSize = 'h400;
  localparam int unsigned QueuesBase = 'h04000;
  localparam int unsigned QueuesSize = 'h100;
  localparam int unsigned EventRingBase = 'h04400;
  localparam int unsigned EventRingSize = 'h18;
  localparam int unsigned DoorbellBase = 'h08000;
  localparam int unsigned DoorbellSize = 'h20;
  localparam int unsigned EventDoorbellBase = 'h08100;
  localparam int unsigned EventDoorbellSize = 'h4;
  localparam int unsigned MsixBase = 'h10000;
  localparam int unsigned MsixSize = 'h80;
  localparam int unsigned MsixPendingBase = 'h18000;
  localparam int unsigned MsixPendingSize = 'h4;
  // Bit n set: the block of counters has slot n.
  localparam logic [127:0] CounterExists =
    128'hffffffffffffffff00000000001fffff;
  // Bits of the error latch.
  localparam int unsigned ErrorBitUnknownOffset = 0;
  localparam int unsigned ErrorBitPartialWrite = 1;
  localparam int unsigned ErrorBitBadRequest = 2;
  localparam int unsigned ErrorBitUnsupportedRequest = 3;
  localparam int unsigned ErrorBitBadCompletion = 4;
  localparam int unsigned ErrorBitReadTimeout = 5;
  localparam int unsigned ErrorBitCommandBusy = 6;
  localparam int unsigned ErrorBitEventOverflow = 7;
  localparam int unsigned ErrorBitQueueStopped = 8;
  localparam int unsigned NumDropReasons = 29;
endpackage
