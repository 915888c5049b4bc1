// Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit.
// SPDX-License-Identifier: Apache-2.0

package card_csr_pkg;

    localparam CARD_CSR_DATA_WIDTH = 32;
    localparam CARD_CSR_MIN_ADDR_WIDTH = 17;
    localparam CARD_CSR_SIZE = 'h18004;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__identity__build__value__in_t;

    typedef struct packed {
        card_csr__identity__build__value__in_t value;
    } card_csr__identity__build__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__identity__git_hash__value__in_t;

    typedef struct packed {
        card_csr__identity__git_hash__value__in_t value;
    } card_csr__identity__git_hash__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__identity__board__value__in_t;

    typedef struct packed {
        card_csr__identity__board__value__in_t value;
    } card_csr__identity__board__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__identity__cap_suites__value__in_t;

    typedef struct packed {
        card_csr__identity__cap_suites__value__in_t value;
    } card_csr__identity__cap_suites__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__identity__cap_tables__num_sas__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__identity__cap_tables__num_paths__in_t;

    typedef struct packed {
        card_csr__identity__cap_tables__num_sas__in_t num_sas;
        card_csr__identity__cap_tables__num_paths__in_t num_paths;
    } card_csr__identity__cap_tables__in_t;

    typedef struct packed {
        logic [7:0] next;
    } card_csr__identity__cap_widths__data_width__in_t;

    typedef struct packed {
        logic [7:0] next;
    } card_csr__identity__cap_widths__num_queues__in_t;

    typedef struct packed {
        logic [7:0] next;
    } card_csr__identity__cap_widths__num_vectors__in_t;

    typedef struct packed {
        card_csr__identity__cap_widths__data_width__in_t data_width;
        card_csr__identity__cap_widths__num_queues__in_t num_queues;
        card_csr__identity__cap_widths__num_vectors__in_t num_vectors;
    } card_csr__identity__cap_widths__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__identity__cap_window__max_replay_window__in_t;

    typedef struct packed {
        card_csr__identity__cap_window__max_replay_window__in_t max_replay_window;
    } card_csr__identity__cap_window__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__identity__clock_hz__value__in_t;

    typedef struct packed {
        card_csr__identity__clock_hz__value__in_t value;
    } card_csr__identity__clock_hz__in_t;

    typedef struct packed {
        card_csr__identity__build__in_t build;
        card_csr__identity__git_hash__in_t git_hash;
        card_csr__identity__board__in_t board;
        card_csr__identity__cap_suites__in_t cap_suites;
        card_csr__identity__cap_tables__in_t cap_tables;
        card_csr__identity__cap_widths__in_t cap_widths;
        card_csr__identity__cap_window__in_t cap_window;
        card_csr__identity__clock_hz__in_t clock_hz;
    } card_csr__identity__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__control__control__enable__in_t;

    typedef struct packed {
        card_csr__control__control__enable__in_t enable;
    } card_csr__control__control__in_t;

    typedef struct packed {
        logic next;
    } card_csr__control__status__swept__in_t;

    typedef struct packed {
        logic next;
    } card_csr__control__status__idle__in_t;

    typedef struct packed {
        card_csr__control__status__swept__in_t swept;
        card_csr__control__status__idle__in_t idle;
    } card_csr__control__status__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__unknown_offset__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__partial_write__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__bad_request__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__unsupported_request__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__bad_completion__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__read_timeout__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__command_busy__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__event_overflow__in_t;

    typedef struct packed {
        logic hwset;
    } card_csr__control__error__queue_stopped__in_t;

    typedef struct packed {
        card_csr__control__error__unknown_offset__in_t unknown_offset;
        card_csr__control__error__partial_write__in_t partial_write;
        card_csr__control__error__bad_request__in_t bad_request;
        card_csr__control__error__unsupported_request__in_t unsupported_request;
        card_csr__control__error__bad_completion__in_t bad_completion;
        card_csr__control__error__read_timeout__in_t read_timeout;
        card_csr__control__error__command_busy__in_t command_busy;
        card_csr__control__error__event_overflow__in_t event_overflow;
        card_csr__control__error__queue_stopped__in_t queue_stopped;
    } card_csr__control__error__in_t;

    typedef struct packed {
        logic [16:0] next;
    } card_csr__control__first_error__offset__in_t;

    typedef struct packed {
        logic [4:0] next;
    } card_csr__control__first_error__bit_index__in_t;

    typedef struct packed {
        logic next;
    } card_csr__control__first_error__valid__in_t;

    typedef struct packed {
        card_csr__control__first_error__offset__in_t offset;
        card_csr__control__first_error__bit_index__in_t bit_index;
        card_csr__control__first_error__valid__in_t valid;
    } card_csr__control__first_error__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__control__sweep__cycles__in_t;

    typedef struct packed {
        card_csr__control__sweep__cycles__in_t cycles;
    } card_csr__control__sweep__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__control__generation__value__in_t;

    typedef struct packed {
        card_csr__control__generation__value__in_t value;
    } card_csr__control__generation__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__control__drain_fence__generation__in_t;

    typedef struct packed {
        card_csr__control__drain_fence__generation__in_t generation;
    } card_csr__control__drain_fence__in_t;

    typedef struct packed {
        logic [5:0] next;
    } card_csr__control__last_drop__reason__in_t;

    typedef struct packed {
        logic next;
    } card_csr__control__last_drop__outbound__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__control__last_drop__sa_index__in_t;

    typedef struct packed {
        card_csr__control__last_drop__reason__in_t reason;
        card_csr__control__last_drop__outbound__in_t outbound;
        card_csr__control__last_drop__sa_index__in_t sa_index;
    } card_csr__control__last_drop__in_t;

    typedef struct packed {
        card_csr__control__control__in_t control;
        card_csr__control__status__in_t status;
        card_csr__control__error__in_t error;
        card_csr__control__first_error__in_t first_error;
        card_csr__control__sweep__in_t sweep;
        card_csr__control__generation__in_t generation;
        card_csr__control__drain_fence__in_t drain_fence;
        card_csr__control__last_drop__in_t last_drop;
    } card_csr__control__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_index__value__in_t;

    typedef struct packed {
        card_csr__command__sa_index__value__in_t value;
    } card_csr__command__sa_index__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_index__value__in_t;

    typedef struct packed {
        card_csr__command__path_index__value__in_t value;
    } card_csr__command__path_index__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__spi__value__in_t;

    typedef struct packed {
        card_csr__command__spi__value__in_t value;
    } card_csr__command__spi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__suite__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__outbound__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__esn__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__selector_ipv6__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__df__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__copy_dscp__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__ecn__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__sa_flags__dscp__in_t;

    typedef struct packed {
        card_csr__command__sa_flags__suite__in_t suite;
        card_csr__command__sa_flags__outbound__in_t outbound;
        card_csr__command__sa_flags__esn__in_t esn;
        card_csr__command__sa_flags__selector_ipv6__in_t selector_ipv6;
        card_csr__command__sa_flags__df__in_t df;
        card_csr__command__sa_flags__copy_dscp__in_t copy_dscp;
        card_csr__command__sa_flags__ecn__in_t ecn;
        card_csr__command__sa_flags__dscp__in_t dscp;
    } card_csr__command__sa_flags__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__replay_window__packets__in_t;

    typedef struct packed {
        card_csr__command__replay_window__packets__in_t packets;
    } card_csr__command__replay_window__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__key__value__in_t;

    typedef struct packed {
        card_csr__command__key__value__in_t value;
    } card_csr__command__key__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__salt__value__in_t;

    typedef struct packed {
        card_csr__command__salt__value__in_t value;
    } card_csr__command__salt__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__first_sequence_lo__value__in_t;

    typedef struct packed {
        card_csr__command__first_sequence_lo__value__in_t value;
    } card_csr__command__first_sequence_lo__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__first_sequence_hi__value__in_t;

    typedef struct packed {
        card_csr__command__first_sequence_hi__value__in_t value;
    } card_csr__command__first_sequence_hi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__selector_source__value__in_t;

    typedef struct packed {
        card_csr__command__selector_source__value__in_t value;
    } card_csr__command__selector_source__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__selector_destination__value__in_t;

    typedef struct packed {
        card_csr__command__selector_destination__value__in_t value;
    } card_csr__command__selector_destination__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__selector_prefix__source_bits__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__selector_prefix__destination_bits__in_t;

    typedef struct packed {
        card_csr__command__selector_prefix__source_bits__in_t source_bits;
        card_csr__command__selector_prefix__destination_bits__in_t destination_bits;
    } card_csr__command__selector_prefix__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__soft_bytes_lo__value__in_t;

    typedef struct packed {
        card_csr__command__soft_bytes_lo__value__in_t value;
    } card_csr__command__soft_bytes_lo__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__soft_bytes_hi__value__in_t;

    typedef struct packed {
        card_csr__command__soft_bytes_hi__value__in_t value;
    } card_csr__command__soft_bytes_hi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__hard_bytes_lo__value__in_t;

    typedef struct packed {
        card_csr__command__hard_bytes_lo__value__in_t value;
    } card_csr__command__hard_bytes_lo__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__hard_bytes_hi__value__in_t;

    typedef struct packed {
        card_csr__command__hard_bytes_hi__value__in_t value;
    } card_csr__command__hard_bytes_hi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__soft_packets_lo__value__in_t;

    typedef struct packed {
        card_csr__command__soft_packets_lo__value__in_t value;
    } card_csr__command__soft_packets_lo__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__soft_packets_hi__value__in_t;

    typedef struct packed {
        card_csr__command__soft_packets_hi__value__in_t value;
    } card_csr__command__soft_packets_hi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__hard_packets_lo__value__in_t;

    typedef struct packed {
        card_csr__command__hard_packets_lo__value__in_t value;
    } card_csr__command__hard_packets_lo__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__hard_packets_hi__value__in_t;

    typedef struct packed {
        card_csr__command__hard_packets_hi__value__in_t value;
    } card_csr__command__hard_packets_hi__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_own_address__value__in_t;

    typedef struct packed {
        card_csr__command__path_own_address__value__in_t value;
    } card_csr__command__path_own_address__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_peer_address__value__in_t;

    typedef struct packed {
        card_csr__command__path_peer_address__value__in_t value;
    } card_csr__command__path_peer_address__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_ports__own__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_ports__peer__in_t;

    typedef struct packed {
        card_csr__command__path_ports__own__in_t own;
        card_csr__command__path_ports__peer__in_t peer;
    } card_csr__command__path_ports__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_flags__ipv6__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_flags__udp_encap__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_flags__limited__in_t;

    typedef struct packed {
        card_csr__command__path_flags__ipv6__in_t ipv6;
        card_csr__command__path_flags__udp_encap__in_t udp_encap;
        card_csr__command__path_flags__limited__in_t limited;
    } card_csr__command__path_flags__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__command__path_credit__bytes__in_t;

    typedef struct packed {
        card_csr__command__path_credit__bytes__in_t bytes;
    } card_csr__command__path_credit__in_t;

    typedef struct packed {
        logic next;
    } card_csr__command__status__busy__in_t;

    typedef struct packed {
        logic [3:0] next;
    } card_csr__command__status__result__in_t;

    typedef struct packed {
        card_csr__command__status__busy__in_t busy;
        card_csr__command__status__result__in_t result;
    } card_csr__command__status__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_generation__value__in_t;

    typedef struct packed {
        card_csr__command__result_generation__value__in_t value;
    } card_csr__command__result_generation__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_sequence_lo__value__in_t;

    typedef struct packed {
        card_csr__command__result_sequence_lo__value__in_t value;
    } card_csr__command__result_sequence_lo__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_sequence_hi__value__in_t;

    typedef struct packed {
        card_csr__command__result_sequence_hi__value__in_t value;
    } card_csr__command__result_sequence_hi__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_bytes_lo__value__in_t;

    typedef struct packed {
        card_csr__command__result_bytes_lo__value__in_t value;
    } card_csr__command__result_bytes_lo__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_bytes_hi__value__in_t;

    typedef struct packed {
        card_csr__command__result_bytes_hi__value__in_t value;
    } card_csr__command__result_bytes_hi__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_packets_lo__value__in_t;

    typedef struct packed {
        card_csr__command__result_packets_lo__value__in_t value;
    } card_csr__command__result_packets_lo__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_packets_hi__value__in_t;

    typedef struct packed {
        card_csr__command__result_packets_hi__value__in_t value;
    } card_csr__command__result_packets_hi__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_last_used_lo__value__in_t;

    typedef struct packed {
        card_csr__command__result_last_used_lo__value__in_t value;
    } card_csr__command__result_last_used_lo__in_t;

    typedef struct packed {
        logic [31:0] next;
    } card_csr__command__result_last_used_hi__value__in_t;

    typedef struct packed {
        card_csr__command__result_last_used_hi__value__in_t value;
    } card_csr__command__result_last_used_hi__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__command__result_sa__path_index__in_t;

    typedef struct packed {
        logic next;
    } card_csr__command__result_sa__outbound__in_t;

    typedef struct packed {
        card_csr__command__result_sa__path_index__in_t path_index;
        card_csr__command__result_sa__outbound__in_t outbound;
    } card_csr__command__result_sa__in_t;

    typedef struct packed {
        card_csr__command__sa_index__in_t sa_index;
        card_csr__command__path_index__in_t path_index;
        card_csr__command__spi__in_t spi;
        card_csr__command__sa_flags__in_t sa_flags;
        card_csr__command__replay_window__in_t replay_window;
        card_csr__command__key__in_t [7:0] key;
        card_csr__command__salt__in_t salt;
        card_csr__command__first_sequence_lo__in_t first_sequence_lo;
        card_csr__command__first_sequence_hi__in_t first_sequence_hi;
        card_csr__command__selector_source__in_t [3:0] selector_source;
        card_csr__command__selector_destination__in_t [3:0] selector_destination;
        card_csr__command__selector_prefix__in_t selector_prefix;
        card_csr__command__soft_bytes_lo__in_t soft_bytes_lo;
        card_csr__command__soft_bytes_hi__in_t soft_bytes_hi;
        card_csr__command__hard_bytes_lo__in_t hard_bytes_lo;
        card_csr__command__hard_bytes_hi__in_t hard_bytes_hi;
        card_csr__command__soft_packets_lo__in_t soft_packets_lo;
        card_csr__command__soft_packets_hi__in_t soft_packets_hi;
        card_csr__command__hard_packets_lo__in_t hard_packets_lo;
        card_csr__command__hard_packets_hi__in_t hard_packets_hi;
        card_csr__command__path_own_address__in_t [3:0] path_own_address;
        card_csr__command__path_peer_address__in_t [3:0] path_peer_address;
        card_csr__command__path_ports__in_t path_ports;
        card_csr__command__path_flags__in_t path_flags;
        card_csr__command__path_credit__in_t path_credit;
        card_csr__command__status__in_t status;
        card_csr__command__result_generation__in_t result_generation;
        card_csr__command__result_sequence_lo__in_t result_sequence_lo;
        card_csr__command__result_sequence_hi__in_t result_sequence_hi;
        card_csr__command__result_bytes_lo__in_t result_bytes_lo;
        card_csr__command__result_bytes_hi__in_t result_bytes_hi;
        card_csr__command__result_packets_lo__in_t result_packets_lo;
        card_csr__command__result_packets_hi__in_t result_packets_hi;
        card_csr__command__result_last_used_lo__in_t result_last_used_lo;
        card_csr__command__result_last_used_hi__in_t result_last_used_hi;
        card_csr__command__result_sa__in_t result_sa;
    } card_csr__command__in_t;

    typedef struct packed {
        logic rd_ack;
        logic [31:0] rd_data;
        logic wr_ack;
    } card_csr__counters__external__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__queues__control__enable__in_t;

    typedef struct packed {
        card_csr__queues__control__enable__in_t enable;
    } card_csr__queues__control__in_t;

    typedef struct packed {
        logic next;
    } card_csr__queues__status__running__in_t;

    typedef struct packed {
        logic [3:0] next;
    } card_csr__queues__status__cause__in_t;

    typedef struct packed {
        logic next;
    } card_csr__queues__status__waits__in_t;

    typedef struct packed {
        card_csr__queues__status__running__in_t running;
        card_csr__queues__status__cause__in_t cause;
        card_csr__queues__status__waits__in_t waits;
    } card_csr__queues__status__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__queues__indices__sq_consumer__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__queues__indices__cq_producer__in_t;

    typedef struct packed {
        card_csr__queues__indices__sq_consumer__in_t sq_consumer;
        card_csr__queues__indices__cq_producer__in_t cq_producer;
    } card_csr__queues__indices__in_t;

    typedef struct packed {
        card_csr__queues__control__in_t control;
        card_csr__queues__status__in_t status;
        card_csr__queues__indices__in_t indices;
    } card_csr__queues__in_t;

    typedef struct packed {
        logic hwclr;
    } card_csr__event_ring__control__enable__in_t;

    typedef struct packed {
        card_csr__event_ring__control__enable__in_t enable;
    } card_csr__event_ring__control__in_t;

    typedef struct packed {
        logic [15:0] next;
    } card_csr__event_ring__status__producer__in_t;

    typedef struct packed {
        logic [3:0] next;
    } card_csr__event_ring__status__last_kind__in_t;

    typedef struct packed {
        card_csr__event_ring__status__producer__in_t producer;
        card_csr__event_ring__status__last_kind__in_t last_kind;
    } card_csr__event_ring__status__in_t;

    typedef struct packed {
        card_csr__event_ring__control__in_t control;
        card_csr__event_ring__status__in_t status;
    } card_csr__event_ring__in_t;

    typedef struct packed {
        logic [7:0] next;
    } card_csr__msix_pending__value__in_t;

    typedef struct packed {
        card_csr__msix_pending__value__in_t value;
    } card_csr__msix_pending__in_t;

    typedef struct packed {
        card_csr__identity__in_t identity;
        card_csr__control__in_t control;
        card_csr__command__in_t command;
        card_csr__counters__external__in_t counters;
        card_csr__queues__in_t [3:0] queues;
        card_csr__event_ring__in_t event_ring;
        card_csr__msix_pending__in_t msix_pending;
    } card_csr__in_t;

    typedef struct packed {
        logic value;
    } card_csr__control__control__enable__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__control__soft_reset__out_t;

    typedef struct packed {
        card_csr__control__control__enable__out_t enable;
        card_csr__control__control__soft_reset__out_t soft_reset;
    } card_csr__control__control__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__unknown_offset__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__partial_write__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__bad_request__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__unsupported_request__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__bad_completion__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__read_timeout__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__command_busy__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__event_overflow__out_t;

    typedef struct packed {
        logic value;
    } card_csr__control__error__queue_stopped__out_t;

    typedef struct packed {
        card_csr__control__error__unknown_offset__out_t unknown_offset;
        card_csr__control__error__partial_write__out_t partial_write;
        card_csr__control__error__bad_request__out_t bad_request;
        card_csr__control__error__unsupported_request__out_t unsupported_request;
        card_csr__control__error__bad_completion__out_t bad_completion;
        card_csr__control__error__read_timeout__out_t read_timeout;
        card_csr__control__error__command_busy__out_t command_busy;
        card_csr__control__error__event_overflow__out_t event_overflow;
        card_csr__control__error__queue_stopped__out_t queue_stopped;
    } card_csr__control__error__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__control__read_timeout__microseconds__out_t;

    typedef struct packed {
        card_csr__control__read_timeout__microseconds__out_t microseconds;
    } card_csr__control__read_timeout__out_t;

    typedef struct packed {
        card_csr__control__control__out_t control;
        card_csr__control__error__out_t error;
        card_csr__control__read_timeout__out_t read_timeout;
    } card_csr__control__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__command__sa_index__value__out_t;

    typedef struct packed {
        card_csr__command__sa_index__value__out_t value;
    } card_csr__command__sa_index__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__command__path_index__value__out_t;

    typedef struct packed {
        card_csr__command__path_index__value__out_t value;
    } card_csr__command__path_index__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__spi__value__out_t;

    typedef struct packed {
        card_csr__command__spi__value__out_t value;
    } card_csr__command__spi__out_t;

    typedef struct packed {
        logic [3:0] value;
    } card_csr__command__sa_flags__suite__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__sa_flags__outbound__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__sa_flags__esn__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__sa_flags__selector_ipv6__out_t;

    typedef struct packed {
        logic [1:0] value;
    } card_csr__command__sa_flags__df__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__sa_flags__copy_dscp__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__sa_flags__ecn__out_t;

    typedef struct packed {
        logic [5:0] value;
    } card_csr__command__sa_flags__dscp__out_t;

    typedef struct packed {
        card_csr__command__sa_flags__suite__out_t suite;
        card_csr__command__sa_flags__outbound__out_t outbound;
        card_csr__command__sa_flags__esn__out_t esn;
        card_csr__command__sa_flags__selector_ipv6__out_t selector_ipv6;
        card_csr__command__sa_flags__df__out_t df;
        card_csr__command__sa_flags__copy_dscp__out_t copy_dscp;
        card_csr__command__sa_flags__ecn__out_t ecn;
        card_csr__command__sa_flags__dscp__out_t dscp;
    } card_csr__command__sa_flags__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__command__replay_window__packets__out_t;

    typedef struct packed {
        card_csr__command__replay_window__packets__out_t packets;
    } card_csr__command__replay_window__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__key__value__out_t;

    typedef struct packed {
        card_csr__command__key__value__out_t value;
    } card_csr__command__key__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__salt__value__out_t;

    typedef struct packed {
        card_csr__command__salt__value__out_t value;
    } card_csr__command__salt__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__first_sequence_lo__value__out_t;

    typedef struct packed {
        card_csr__command__first_sequence_lo__value__out_t value;
    } card_csr__command__first_sequence_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__first_sequence_hi__value__out_t;

    typedef struct packed {
        card_csr__command__first_sequence_hi__value__out_t value;
    } card_csr__command__first_sequence_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__selector_source__value__out_t;

    typedef struct packed {
        card_csr__command__selector_source__value__out_t value;
    } card_csr__command__selector_source__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__selector_destination__value__out_t;

    typedef struct packed {
        card_csr__command__selector_destination__value__out_t value;
    } card_csr__command__selector_destination__out_t;

    typedef struct packed {
        logic [7:0] value;
    } card_csr__command__selector_prefix__source_bits__out_t;

    typedef struct packed {
        logic [7:0] value;
    } card_csr__command__selector_prefix__destination_bits__out_t;

    typedef struct packed {
        card_csr__command__selector_prefix__source_bits__out_t source_bits;
        card_csr__command__selector_prefix__destination_bits__out_t destination_bits;
    } card_csr__command__selector_prefix__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__soft_bytes_lo__value__out_t;

    typedef struct packed {
        card_csr__command__soft_bytes_lo__value__out_t value;
    } card_csr__command__soft_bytes_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__soft_bytes_hi__value__out_t;

    typedef struct packed {
        card_csr__command__soft_bytes_hi__value__out_t value;
    } card_csr__command__soft_bytes_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__hard_bytes_lo__value__out_t;

    typedef struct packed {
        card_csr__command__hard_bytes_lo__value__out_t value;
    } card_csr__command__hard_bytes_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__hard_bytes_hi__value__out_t;

    typedef struct packed {
        card_csr__command__hard_bytes_hi__value__out_t value;
    } card_csr__command__hard_bytes_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__soft_packets_lo__value__out_t;

    typedef struct packed {
        card_csr__command__soft_packets_lo__value__out_t value;
    } card_csr__command__soft_packets_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__soft_packets_hi__value__out_t;

    typedef struct packed {
        card_csr__command__soft_packets_hi__value__out_t value;
    } card_csr__command__soft_packets_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__hard_packets_lo__value__out_t;

    typedef struct packed {
        card_csr__command__hard_packets_lo__value__out_t value;
    } card_csr__command__hard_packets_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__hard_packets_hi__value__out_t;

    typedef struct packed {
        card_csr__command__hard_packets_hi__value__out_t value;
    } card_csr__command__hard_packets_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__path_own_address__value__out_t;

    typedef struct packed {
        card_csr__command__path_own_address__value__out_t value;
    } card_csr__command__path_own_address__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__path_peer_address__value__out_t;

    typedef struct packed {
        card_csr__command__path_peer_address__value__out_t value;
    } card_csr__command__path_peer_address__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__command__path_ports__own__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__command__path_ports__peer__out_t;

    typedef struct packed {
        card_csr__command__path_ports__own__out_t own;
        card_csr__command__path_ports__peer__out_t peer;
    } card_csr__command__path_ports__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__path_flags__ipv6__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__path_flags__udp_encap__out_t;

    typedef struct packed {
        logic value;
    } card_csr__command__path_flags__limited__out_t;

    typedef struct packed {
        card_csr__command__path_flags__ipv6__out_t ipv6;
        card_csr__command__path_flags__udp_encap__out_t udp_encap;
        card_csr__command__path_flags__limited__out_t limited;
    } card_csr__command__path_flags__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__command__path_credit__bytes__out_t;

    typedef struct packed {
        card_csr__command__path_credit__bytes__out_t bytes;
    } card_csr__command__path_credit__out_t;

    typedef struct packed {
        logic [3:0] value;
        logic swmod;
    } card_csr__command__command__op__out_t;

    typedef struct packed {
        card_csr__command__command__op__out_t op;
    } card_csr__command__command__out_t;

    typedef struct packed {
        card_csr__command__sa_index__out_t sa_index;
        card_csr__command__path_index__out_t path_index;
        card_csr__command__spi__out_t spi;
        card_csr__command__sa_flags__out_t sa_flags;
        card_csr__command__replay_window__out_t replay_window;
        card_csr__command__key__out_t [7:0] key;
        card_csr__command__salt__out_t salt;
        card_csr__command__first_sequence_lo__out_t first_sequence_lo;
        card_csr__command__first_sequence_hi__out_t first_sequence_hi;
        card_csr__command__selector_source__out_t [3:0] selector_source;
        card_csr__command__selector_destination__out_t [3:0] selector_destination;
        card_csr__command__selector_prefix__out_t selector_prefix;
        card_csr__command__soft_bytes_lo__out_t soft_bytes_lo;
        card_csr__command__soft_bytes_hi__out_t soft_bytes_hi;
        card_csr__command__hard_bytes_lo__out_t hard_bytes_lo;
        card_csr__command__hard_bytes_hi__out_t hard_bytes_hi;
        card_csr__command__soft_packets_lo__out_t soft_packets_lo;
        card_csr__command__soft_packets_hi__out_t soft_packets_hi;
        card_csr__command__hard_packets_lo__out_t hard_packets_lo;
        card_csr__command__hard_packets_hi__out_t hard_packets_hi;
        card_csr__command__path_own_address__out_t [3:0] path_own_address;
        card_csr__command__path_peer_address__out_t [3:0] path_peer_address;
        card_csr__command__path_ports__out_t path_ports;
        card_csr__command__path_flags__out_t path_flags;
        card_csr__command__path_credit__out_t path_credit;
        card_csr__command__command__out_t command;
    } card_csr__command__out_t;

    typedef struct packed {
        logic value;
    } card_csr__counter_snapshot__take__out_t;

    typedef struct packed {
        card_csr__counter_snapshot__take__out_t take;
    } card_csr__counter_snapshot__out_t;

    typedef struct packed {
        logic req;
        logic [9:0] addr;
        logic req_is_wr;
        logic [31:0] wr_data;
        logic [31:0] wr_biten;
    } card_csr__counters__external__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__sq_base_lo__value__out_t;

    typedef struct packed {
        card_csr__queues__sq_base_lo__value__out_t value;
    } card_csr__queues__sq_base_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__sq_base_hi__value__out_t;

    typedef struct packed {
        card_csr__queues__sq_base_hi__value__out_t value;
    } card_csr__queues__sq_base_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__cq_base_lo__value__out_t;

    typedef struct packed {
        card_csr__queues__cq_base_lo__value__out_t value;
    } card_csr__queues__cq_base_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__cq_base_hi__value__out_t;

    typedef struct packed {
        card_csr__queues__cq_base_hi__value__out_t value;
    } card_csr__queues__cq_base_hi__out_t;

    typedef struct packed {
        logic [4:0] value;
    } card_csr__queues__size__sq_log2__out_t;

    typedef struct packed {
        logic [4:0] value;
    } card_csr__queues__size__cq_log2__out_t;

    typedef struct packed {
        card_csr__queues__size__sq_log2__out_t sq_log2;
        card_csr__queues__size__cq_log2__out_t cq_log2;
    } card_csr__queues__size__out_t;

    typedef struct packed {
        logic value;
    } card_csr__queues__control__enable__out_t;

    typedef struct packed {
        card_csr__queues__control__enable__out_t enable;
    } card_csr__queues__control__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__window_base_lo__value__out_t;

    typedef struct packed {
        card_csr__queues__window_base_lo__value__out_t value;
    } card_csr__queues__window_base_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__window_base_hi__value__out_t;

    typedef struct packed {
        card_csr__queues__window_base_hi__value__out_t value;
    } card_csr__queues__window_base_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__window_limit_lo__value__out_t;

    typedef struct packed {
        card_csr__queues__window_limit_lo__value__out_t value;
    } card_csr__queues__window_limit_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__queues__window_limit_hi__value__out_t;

    typedef struct packed {
        card_csr__queues__window_limit_hi__value__out_t value;
    } card_csr__queues__window_limit_hi__out_t;

    typedef struct packed {
        logic [7:0] value;
    } card_csr__queues__irq__vector_index__out_t;

    typedef struct packed {
        logic value;
    } card_csr__queues__irq__enable__out_t;

    typedef struct packed {
        card_csr__queues__irq__vector_index__out_t vector_index;
        card_csr__queues__irq__enable__out_t enable;
    } card_csr__queues__irq__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__queues__moderation__packets__out_t;

    typedef struct packed {
        logic [15:0] value;
    } card_csr__queues__moderation__microseconds__out_t;

    typedef struct packed {
        card_csr__queues__moderation__packets__out_t packets;
        card_csr__queues__moderation__microseconds__out_t microseconds;
    } card_csr__queues__moderation__out_t;

    typedef struct packed {
        card_csr__queues__sq_base_lo__out_t sq_base_lo;
        card_csr__queues__sq_base_hi__out_t sq_base_hi;
        card_csr__queues__cq_base_lo__out_t cq_base_lo;
        card_csr__queues__cq_base_hi__out_t cq_base_hi;
        card_csr__queues__size__out_t size;
        card_csr__queues__control__out_t control;
        card_csr__queues__window_base_lo__out_t window_base_lo;
        card_csr__queues__window_base_hi__out_t window_base_hi;
        card_csr__queues__window_limit_lo__out_t window_limit_lo;
        card_csr__queues__window_limit_hi__out_t window_limit_hi;
        card_csr__queues__irq__out_t irq;
        card_csr__queues__moderation__out_t moderation;
    } card_csr__queues__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__event_ring__base_lo__value__out_t;

    typedef struct packed {
        card_csr__event_ring__base_lo__value__out_t value;
    } card_csr__event_ring__base_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__event_ring__base_hi__value__out_t;

    typedef struct packed {
        card_csr__event_ring__base_hi__value__out_t value;
    } card_csr__event_ring__base_hi__out_t;

    typedef struct packed {
        logic [4:0] value;
    } card_csr__event_ring__size__log2__out_t;

    typedef struct packed {
        card_csr__event_ring__size__log2__out_t log2;
    } card_csr__event_ring__size__out_t;

    typedef struct packed {
        logic value;
    } card_csr__event_ring__control__enable__out_t;

    typedef struct packed {
        card_csr__event_ring__control__enable__out_t enable;
    } card_csr__event_ring__control__out_t;

    typedef struct packed {
        logic [7:0] value;
    } card_csr__event_ring__irq__vector_index__out_t;

    typedef struct packed {
        logic value;
    } card_csr__event_ring__irq__enable__out_t;

    typedef struct packed {
        card_csr__event_ring__irq__vector_index__out_t vector_index;
        card_csr__event_ring__irq__enable__out_t enable;
    } card_csr__event_ring__irq__out_t;

    typedef struct packed {
        card_csr__event_ring__base_lo__out_t base_lo;
        card_csr__event_ring__base_hi__out_t base_hi;
        card_csr__event_ring__size__out_t size;
        card_csr__event_ring__control__out_t control;
        card_csr__event_ring__irq__out_t irq;
    } card_csr__event_ring__out_t;

    typedef struct packed {
        logic [15:0] value;
        logic swmod;
    } card_csr__doorbell__sq_producer__value__out_t;

    typedef struct packed {
        card_csr__doorbell__sq_producer__value__out_t value;
    } card_csr__doorbell__sq_producer__out_t;

    typedef struct packed {
        logic [15:0] value;
        logic swmod;
    } card_csr__doorbell__cq_consumer__value__out_t;

    typedef struct packed {
        card_csr__doorbell__cq_consumer__value__out_t value;
    } card_csr__doorbell__cq_consumer__out_t;

    typedef struct packed {
        card_csr__doorbell__sq_producer__out_t sq_producer;
        card_csr__doorbell__cq_consumer__out_t cq_consumer;
    } card_csr__doorbell__out_t;

    typedef struct packed {
        logic [15:0] value;
        logic swmod;
    } card_csr__event_doorbell__value__out_t;

    typedef struct packed {
        card_csr__event_doorbell__value__out_t value;
    } card_csr__event_doorbell__out_t;

    typedef struct packed {
        logic [29:0] value;
    } card_csr__msix__address_lo__value__out_t;

    typedef struct packed {
        card_csr__msix__address_lo__value__out_t value;
    } card_csr__msix__address_lo__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__msix__address_hi__value__out_t;

    typedef struct packed {
        card_csr__msix__address_hi__value__out_t value;
    } card_csr__msix__address_hi__out_t;

    typedef struct packed {
        logic [31:0] value;
    } card_csr__msix__data__value__out_t;

    typedef struct packed {
        card_csr__msix__data__value__out_t value;
    } card_csr__msix__data__out_t;

    typedef struct packed {
        logic value;
    } card_csr__msix__control__mask__out_t;

    typedef struct packed {
        card_csr__msix__control__mask__out_t mask;
    } card_csr__msix__control__out_t;

    typedef struct packed {
        card_csr__msix__address_lo__out_t address_lo;
        card_csr__msix__address_hi__out_t address_hi;
        card_csr__msix__data__out_t data;
        card_csr__msix__control__out_t control;
    } card_csr__msix__out_t;

    typedef struct packed {
        card_csr__control__out_t control;
        card_csr__command__out_t command;
        card_csr__counter_snapshot__out_t counter_snapshot;
        card_csr__counters__external__out_t counters;
        card_csr__queues__out_t [3:0] queues;
        card_csr__event_ring__out_t event_ring;
        card_csr__doorbell__out_t [3:0] doorbell;
        card_csr__event_doorbell__out_t event_doorbell;
        card_csr__msix__out_t [7:0] msix;
    } card_csr__out_t;

    typedef enum logic [4:0] {
        drop_reason_e__none = 'h0,
        drop_reason_e__disabled = 'h1,
        drop_reason_e__bad_descriptor = 'h2,
        drop_reason_e__dma_window = 'h3,
        drop_reason_e__dma_read = 'h4,
        drop_reason_e__too_long = 'h5,
        drop_reason_e__source = 'h6,
        drop_reason_e__truncated = 'h7,
        drop_reason_e__bad_header = 'h8,
        drop_reason_e__bad_checksum = 'h9,
        drop_reason_e__fragment = 'ha,
        drop_reason_e__non_esp_marker = 'hb,
        drop_reason_e__nat_keepalive = 'hc,
        drop_reason_e__not_esp = 'hd,
        drop_reason_e__bad_length = 'he,
        drop_reason_e__no_sa = 'hf,
        drop_reason_e__replay_early = 'h10,
        drop_reason_e__icv = 'h11,
        drop_reason_e__replay_late = 'h12,
        drop_reason_e__padding = 'h13,
        drop_reason_e__dummy = 'h14,
        drop_reason_e__next_header = 'h15,
        drop_reason_e__inner_header = 'h16,
        drop_reason_e__selector = 'h17,
        drop_reason_e__ecn = 'h18,
        drop_reason_e__lifetime = 'h19,
        drop_reason_e__sequence = 'h1a,
        drop_reason_e__credit = 'h1b,
        drop_reason_e__stale = 'h1c
    } drop_reason_e_e;

    typedef enum logic [1:0] {
        suite_e__aes128gcm16 = 'h1,
        suite_e__aes192gcm16 = 'h2,
        suite_e__aes256gcm16 = 'h3
    } suite_e_e;

    typedef enum logic [1:0] {
        df_mode_e__clear = 'h0,
        df_mode_e__set = 'h1,
        df_mode_e__copy = 'h2
    } df_mode_e_e;

    typedef enum logic [2:0] {
        command_op_e__none = 'h0,
        command_op_e__add_sa = 'h1,
        command_op_e__delete_sa = 'h2,
        command_op_e__read_sa = 'h3,
        command_op_e__write_path = 'h4,
        command_op_e__move_sa = 'h5,
        command_op_e__read_path = 'h6
    } command_op_e_e;

    typedef enum logic [3:0] {
        command_result_e__ok = 'h0,
        command_result_e__bad_op = 'h1,
        command_result_e__bad_index = 'h2,
        command_result_e__index_in_use = 'h3,
        command_result_e__empty = 'h4,
        command_result_e__spi_in_use = 'h5,
        command_result_e__bad_spi = 'h6,
        command_result_e__bad_suite = 'h7,
        command_result_e__bad_window = 'h8,
        command_result_e__bad_sequence = 'h9,
        command_result_e__bad_selector = 'ha,
        command_result_e__not_swept = 'hb
    } command_result_e_e;

    typedef enum logic [2:0] {
        queue_cause_e__none = 'h0,
        queue_cause_e__bad_config = 'h1,
        queue_cause_e__descriptor_read = 'h2,
        queue_cause_e__doorbell = 'h3,
        queue_cause_e__host_stop = 'h4
    } queue_cause_e_e;

    typedef enum logic [2:0] {
        event_kind_e__roam = 'h1,
        event_kind_e__soft_lifetime = 'h2,
        event_kind_e__hard_lifetime = 'h3,
        event_kind_e__sequence = 'h4,
        event_kind_e__credit = 'h5,
        event_kind_e__error = 'h6
    } event_kind_e_e;
endpackage
