// Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit.
// SPDX-License-Identifier: Apache-2.0

module card_csr (
        input wire clk,
        input wire rst_n,

        input wire s_cpuif_req,
        input wire s_cpuif_req_is_wr,
        input wire [16:0] s_cpuif_addr,
        input wire [31:0] s_cpuif_wr_data,
        input wire [31:0] s_cpuif_wr_biten,
        output wire s_cpuif_req_stall_wr,
        output wire s_cpuif_req_stall_rd,
        output wire s_cpuif_rd_ack,
        output wire s_cpuif_rd_err,
        output wire [31:0] s_cpuif_rd_data,
        output wire s_cpuif_wr_ack,
        output wire s_cpuif_wr_err,

        input card_csr_pkg::card_csr__in_t hwif_in,
        output card_csr_pkg::card_csr__out_t hwif_out
    );

    //--------------------------------------------------------------------------
    // CPU Bus interface logic
    //--------------------------------------------------------------------------
    logic cpuif_req;
    logic cpuif_req_is_wr;
    logic [16:0] cpuif_addr;
    logic [31:0] cpuif_wr_data;
    logic [31:0] cpuif_wr_biten;
    logic cpuif_req_stall_wr;
    logic cpuif_req_stall_rd;

    logic cpuif_rd_ack;
    logic cpuif_rd_err;
    logic [31:0] cpuif_rd_data;

    logic cpuif_wr_ack;
    logic cpuif_wr_err;

    assign cpuif_req = s_cpuif_req;
    assign cpuif_req_is_wr = s_cpuif_req_is_wr;
    assign cpuif_addr = s_cpuif_addr;
    assign cpuif_wr_data = s_cpuif_wr_data;
    assign cpuif_wr_biten = s_cpuif_wr_biten;
    assign s_cpuif_req_stall_wr = cpuif_req_stall_wr;
    assign s_cpuif_req_stall_rd = cpuif_req_stall_rd;
    assign s_cpuif_rd_ack = cpuif_rd_ack;
    assign s_cpuif_rd_err = cpuif_rd_err;
    assign s_cpuif_rd_data = cpuif_rd_data;
    assign s_cpuif_wr_ack = cpuif_wr_ack;
    assign s_cpuif_wr_err = cpuif_wr_err;

    logic cpuif_req_masked;
    logic external_pending;

    // Read & write latencies are balanced. Stalls not required
    // except if external
    assign cpuif_req_stall_rd = external_pending;
    assign cpuif_req_stall_wr = external_pending;
    assign cpuif_req_masked = cpuif_req
                            & !(!cpuif_req_is_wr & cpuif_req_stall_rd)
                            & !(cpuif_req_is_wr & cpuif_req_stall_wr);

    //--------------------------------------------------------------------------
    // Address Decode
    //--------------------------------------------------------------------------
    typedef struct packed {
        struct packed {
            logic magic;
            logic map_version;
            logic build;
            logic git_hash;
            logic board;
            logic cap_suites;
            logic cap_tables;
            logic cap_widths;
            logic cap_window;
            logic clock_hz;
            logic scratch;
        } identity;
        struct packed {
            logic control;
            logic status;
            logic error;
            logic first_error;
            logic read_timeout;
            logic sweep;
            logic generation;
            logic drain_fence;
            logic last_drop;
        } control;
        struct packed {
            logic sa_index;
            logic path_index;
            logic spi;
            logic sa_flags;
            logic replay_window;
            logic [7:0] key;
            logic salt;
            logic first_sequence_lo;
            logic first_sequence_hi;
            logic [3:0] selector_source;
            logic [3:0] selector_destination;
            logic selector_prefix;
            logic soft_bytes_lo;
            logic soft_bytes_hi;
            logic hard_bytes_lo;
            logic hard_bytes_hi;
            logic soft_packets_lo;
            logic soft_packets_hi;
            logic hard_packets_lo;
            logic hard_packets_hi;
            logic [3:0] path_own_address;
            logic [3:0] path_peer_address;
            logic path_ports;
            logic path_flags;
            logic path_credit;
            logic command;
            logic status;
            logic result_generation;
            logic result_sequence_lo;
            logic result_sequence_hi;
            logic result_bytes_lo;
            logic result_bytes_hi;
            logic result_packets_lo;
            logic result_packets_hi;
            logic result_last_used_lo;
            logic result_last_used_hi;
            logic result_sa;
        } command;
        logic counter_snapshot;
        logic counters;
        struct packed {
            logic sq_base_lo;
            logic sq_base_hi;
            logic cq_base_lo;
            logic cq_base_hi;
            logic size;
            logic control;
            logic status;
            logic indices;
            logic window_base_lo;
            logic window_base_hi;
            logic window_limit_lo;
            logic window_limit_hi;
            logic irq;
            logic moderation;
        } [3:0] queues;
        struct packed {
            logic base_lo;
            logic base_hi;
            logic size;
            logic control;
            logic irq;
            logic status;
        } event_ring;
        struct packed {
            logic sq_producer;
            logic cq_consumer;
        } [3:0] doorbell;
        logic event_doorbell;
        struct packed {
            logic address_lo;
            logic address_hi;
            logic data;
            logic control;
        } [7:0] msix;
        logic msix_pending;
    } decoded_reg_strb_t;
    decoded_reg_strb_t decoded_reg_strb;
    logic decoded_err;
    logic decoded_req_is_external;

    logic [16:0] decoded_addr;
    logic decoded_req;
    logic decoded_req_is_wr;
    logic [31:0] decoded_wr_data;
    logic [31:0] decoded_wr_biten;

    always_comb begin
        automatic logic is_valid_addr;
        automatic logic is_valid_rw;
        automatic logic is_external;
        is_external = '0;
        is_valid_addr = '0;
        is_valid_rw = '1; // No valid RW check
        decoded_reg_strb = '0;
        if(cpuif_req_masked) begin
        decoded_reg_strb.identity.magic = cpuif_req_masked & (cpuif_addr == 17'h0) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h0);
        decoded_reg_strb.identity.map_version = cpuif_req_masked & (cpuif_addr == 17'h4) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4);
        decoded_reg_strb.identity.build = cpuif_req_masked & (cpuif_addr == 17'h8) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h8);
        decoded_reg_strb.identity.git_hash = cpuif_req_masked & (cpuif_addr == 17'hc) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'hc);
        decoded_reg_strb.identity.board = cpuif_req_masked & (cpuif_addr == 17'h10) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10);
        decoded_reg_strb.identity.cap_suites = cpuif_req_masked & (cpuif_addr == 17'h14) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h14);
        decoded_reg_strb.identity.cap_tables = cpuif_req_masked & (cpuif_addr == 17'h18) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h18);
        decoded_reg_strb.identity.cap_widths = cpuif_req_masked & (cpuif_addr == 17'h1c) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1c);
        decoded_reg_strb.identity.cap_window = cpuif_req_masked & (cpuif_addr == 17'h20) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h20);
        decoded_reg_strb.identity.clock_hz = cpuif_req_masked & (cpuif_addr == 17'h24) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h24);
        decoded_reg_strb.identity.scratch = cpuif_req_masked & (cpuif_addr == 17'h28);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h28);
        decoded_reg_strb.control.control = cpuif_req_masked & (cpuif_addr == 17'h40);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h40);
        decoded_reg_strb.control.status = cpuif_req_masked & (cpuif_addr == 17'h44) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h44);
        decoded_reg_strb.control.error = cpuif_req_masked & (cpuif_addr == 17'h48);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h48);
        decoded_reg_strb.control.first_error = cpuif_req_masked & (cpuif_addr == 17'h4c) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4c);
        decoded_reg_strb.control.read_timeout = cpuif_req_masked & (cpuif_addr == 17'h50);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h50);
        decoded_reg_strb.control.sweep = cpuif_req_masked & (cpuif_addr == 17'h54) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h54);
        decoded_reg_strb.control.generation = cpuif_req_masked & (cpuif_addr == 17'h58) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h58);
        decoded_reg_strb.control.drain_fence = cpuif_req_masked & (cpuif_addr == 17'h5c) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h5c);
        decoded_reg_strb.control.last_drop = cpuif_req_masked & (cpuif_addr == 17'h60) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h60);
        decoded_reg_strb.command.sa_index = cpuif_req_masked & (cpuif_addr == 17'h1000) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1000);
        decoded_reg_strb.command.path_index = cpuif_req_masked & (cpuif_addr == 17'h1004) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1004);
        decoded_reg_strb.command.spi = cpuif_req_masked & (cpuif_addr == 17'h1008) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1008);
        decoded_reg_strb.command.sa_flags = cpuif_req_masked & (cpuif_addr == 17'h100c) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h100c);
        decoded_reg_strb.command.replay_window = cpuif_req_masked & (cpuif_addr == 17'h1010) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1010);
        for(int i0=0; i0<8; i0++) begin
            decoded_reg_strb.command.key[i0] = cpuif_req_masked & (cpuif_addr == 17'h1014 + (17)'(i0) * 17'h4) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1014 + (17)'(i0) * 17'h4);
        end
        decoded_reg_strb.command.salt = cpuif_req_masked & (cpuif_addr == 17'h1034) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1034);
        decoded_reg_strb.command.first_sequence_lo = cpuif_req_masked & (cpuif_addr == 17'h1038) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1038);
        decoded_reg_strb.command.first_sequence_hi = cpuif_req_masked & (cpuif_addr == 17'h103c) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h103c);
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.command.selector_source[i0] = cpuif_req_masked & (cpuif_addr == 17'h1040 + (17)'(i0) * 17'h4) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1040 + (17)'(i0) * 17'h4);
        end
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.command.selector_destination[i0] = cpuif_req_masked & (cpuif_addr == 17'h1050 + (17)'(i0) * 17'h4) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1050 + (17)'(i0) * 17'h4);
        end
        decoded_reg_strb.command.selector_prefix = cpuif_req_masked & (cpuif_addr == 17'h1060) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1060);
        decoded_reg_strb.command.soft_bytes_lo = cpuif_req_masked & (cpuif_addr == 17'h1064) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1064);
        decoded_reg_strb.command.soft_bytes_hi = cpuif_req_masked & (cpuif_addr == 17'h1068) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1068);
        decoded_reg_strb.command.hard_bytes_lo = cpuif_req_masked & (cpuif_addr == 17'h106c) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h106c);
        decoded_reg_strb.command.hard_bytes_hi = cpuif_req_masked & (cpuif_addr == 17'h1070) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1070);
        decoded_reg_strb.command.soft_packets_lo = cpuif_req_masked & (cpuif_addr == 17'h1074) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1074);
        decoded_reg_strb.command.soft_packets_hi = cpuif_req_masked & (cpuif_addr == 17'h1078) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1078);
        decoded_reg_strb.command.hard_packets_lo = cpuif_req_masked & (cpuif_addr == 17'h107c) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h107c);
        decoded_reg_strb.command.hard_packets_hi = cpuif_req_masked & (cpuif_addr == 17'h1080) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1080);
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.command.path_own_address[i0] = cpuif_req_masked & (cpuif_addr == 17'h1090 + (17)'(i0) * 17'h4) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1090 + (17)'(i0) * 17'h4);
        end
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.command.path_peer_address[i0] = cpuif_req_masked & (cpuif_addr == 17'h10a0 + (17)'(i0) * 17'h4) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10a0 + (17)'(i0) * 17'h4);
        end
        decoded_reg_strb.command.path_ports = cpuif_req_masked & (cpuif_addr == 17'h10b0) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10b0);
        decoded_reg_strb.command.path_flags = cpuif_req_masked & (cpuif_addr == 17'h10b4) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10b4);
        decoded_reg_strb.command.path_credit = cpuif_req_masked & (cpuif_addr == 17'h10b8) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10b8);
        decoded_reg_strb.command.command = cpuif_req_masked & (cpuif_addr == 17'h10f0) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10f0);
        decoded_reg_strb.command.status = cpuif_req_masked & (cpuif_addr == 17'h10f4) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10f4);
        decoded_reg_strb.command.result_generation = cpuif_req_masked & (cpuif_addr == 17'h10f8) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10f8);
        decoded_reg_strb.command.result_sequence_lo = cpuif_req_masked & (cpuif_addr == 17'h1100) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1100);
        decoded_reg_strb.command.result_sequence_hi = cpuif_req_masked & (cpuif_addr == 17'h1104) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1104);
        decoded_reg_strb.command.result_bytes_lo = cpuif_req_masked & (cpuif_addr == 17'h1108) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1108);
        decoded_reg_strb.command.result_bytes_hi = cpuif_req_masked & (cpuif_addr == 17'h110c) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h110c);
        decoded_reg_strb.command.result_packets_lo = cpuif_req_masked & (cpuif_addr == 17'h1110) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1110);
        decoded_reg_strb.command.result_packets_hi = cpuif_req_masked & (cpuif_addr == 17'h1114) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1114);
        decoded_reg_strb.command.result_last_used_lo = cpuif_req_masked & (cpuif_addr == 17'h1118) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1118);
        decoded_reg_strb.command.result_last_used_hi = cpuif_req_masked & (cpuif_addr == 17'h111c) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h111c);
        decoded_reg_strb.command.result_sa = cpuif_req_masked & (cpuif_addr == 17'h1120) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1120);
        decoded_reg_strb.counter_snapshot = cpuif_req_masked & (cpuif_addr == 17'h2000) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h2000);
        decoded_reg_strb.counters = cpuif_req_masked & (cpuif_addr >= 17'h2400) & (cpuif_addr <= 17'h2400 + 17'h3ff);
        is_external |= cpuif_req_masked & (cpuif_addr >= 17'h2400) & (cpuif_addr <= 17'h2400 + 17'h3ff);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr >= 17'h2400) & (cpuif_addr <= 17'h2400 + 17'h3ff);
        is_valid_rw |= cpuif_req_masked & (cpuif_addr >= 17'h2400) & (cpuif_addr <= 17'h2400 + 17'h3ff);
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.queues[i0].sq_base_lo = cpuif_req_masked & (cpuif_addr == 17'h4000 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4000 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].sq_base_hi = cpuif_req_masked & (cpuif_addr == 17'h4004 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4004 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].cq_base_lo = cpuif_req_masked & (cpuif_addr == 17'h4008 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4008 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].cq_base_hi = cpuif_req_masked & (cpuif_addr == 17'h400c + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h400c + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].size = cpuif_req_masked & (cpuif_addr == 17'h4010 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4010 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].control = cpuif_req_masked & (cpuif_addr == 17'h4014 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4014 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].status = cpuif_req_masked & (cpuif_addr == 17'h4018 + (17)'(i0) * 17'h40) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4018 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].indices = cpuif_req_masked & (cpuif_addr == 17'h401c + (17)'(i0) * 17'h40) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h401c + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].window_base_lo = cpuif_req_masked & (cpuif_addr == 17'h4020 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4020 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].window_base_hi = cpuif_req_masked & (cpuif_addr == 17'h4024 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4024 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].window_limit_lo = cpuif_req_masked & (cpuif_addr == 17'h4028 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4028 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].window_limit_hi = cpuif_req_masked & (cpuif_addr == 17'h402c + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h402c + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].irq = cpuif_req_masked & (cpuif_addr == 17'h4030 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4030 + (17)'(i0) * 17'h40);
            decoded_reg_strb.queues[i0].moderation = cpuif_req_masked & (cpuif_addr == 17'h4034 + (17)'(i0) * 17'h40);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4034 + (17)'(i0) * 17'h40);
        end
        decoded_reg_strb.event_ring.base_lo = cpuif_req_masked & (cpuif_addr == 17'h4400);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4400);
        decoded_reg_strb.event_ring.base_hi = cpuif_req_masked & (cpuif_addr == 17'h4404);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4404);
        decoded_reg_strb.event_ring.size = cpuif_req_masked & (cpuif_addr == 17'h4408);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4408);
        decoded_reg_strb.event_ring.control = cpuif_req_masked & (cpuif_addr == 17'h440c);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h440c);
        decoded_reg_strb.event_ring.irq = cpuif_req_masked & (cpuif_addr == 17'h4410);
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4410);
        decoded_reg_strb.event_ring.status = cpuif_req_masked & (cpuif_addr == 17'h4414) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h4414);
        for(int i0=0; i0<4; i0++) begin
            decoded_reg_strb.doorbell[i0].sq_producer = cpuif_req_masked & (cpuif_addr == 17'h8000 + (17)'(i0) * 17'h8) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h8000 + (17)'(i0) * 17'h8);
            decoded_reg_strb.doorbell[i0].cq_consumer = cpuif_req_masked & (cpuif_addr == 17'h8004 + (17)'(i0) * 17'h8) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h8004 + (17)'(i0) * 17'h8);
        end
        decoded_reg_strb.event_doorbell = cpuif_req_masked & (cpuif_addr == 17'h8100) & cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h8100);
        for(int i0=0; i0<8; i0++) begin
            decoded_reg_strb.msix[i0].address_lo = cpuif_req_masked & (cpuif_addr == 17'h10000 + (17)'(i0) * 17'h10);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10000 + (17)'(i0) * 17'h10);
            decoded_reg_strb.msix[i0].address_hi = cpuif_req_masked & (cpuif_addr == 17'h10004 + (17)'(i0) * 17'h10);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10004 + (17)'(i0) * 17'h10);
            decoded_reg_strb.msix[i0].data = cpuif_req_masked & (cpuif_addr == 17'h10008 + (17)'(i0) * 17'h10);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h10008 + (17)'(i0) * 17'h10);
            decoded_reg_strb.msix[i0].control = cpuif_req_masked & (cpuif_addr == 17'h1000c + (17)'(i0) * 17'h10);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h1000c + (17)'(i0) * 17'h10);
        end
        decoded_reg_strb.msix_pending = cpuif_req_masked & (cpuif_addr == 17'h18000) & !cpuif_req_is_wr;
        is_valid_addr |= cpuif_req_masked & (cpuif_addr == 17'h18000);
        end
        decoded_err = ~is_valid_addr & decoded_req;
        decoded_req_is_external = is_external;
    end
    logic external_wr_ack;
    logic external_rd_ack;
    always_ff @(posedge clk) begin
        if(~rst_n) begin
            external_pending <= '0;
        end else begin
            if(decoded_req_is_external & ~external_wr_ack & ~external_rd_ack) external_pending <= '1;
            else if(external_wr_ack | external_rd_ack) external_pending <= '0;
            `ifndef SYNTHESIS
                assert_bad_ext_wr_ack: assert(!external_wr_ack || (external_pending | decoded_req_is_external))
                    else $error("An external wr_ack strobe was asserted when no external request was active");
                assert_bad_ext_rd_ack: assert(!external_rd_ack || (external_pending | decoded_req_is_external))
                    else $error("An external rd_ack strobe was asserted when no external request was active");
            `endif
        end
    end

    // Pass down signals to next stage
    assign decoded_addr = cpuif_addr;
    assign decoded_req = cpuif_req_masked;
    assign decoded_req_is_wr = cpuif_req_is_wr;
    assign decoded_wr_data = cpuif_wr_data;
    assign decoded_wr_biten = cpuif_wr_biten;

    //--------------------------------------------------------------------------
    // Field logic
    //--------------------------------------------------------------------------

    typedef struct packed {
        struct packed {
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } scratch;
        } identity;
        struct packed {
            struct packed {
                struct packed {
                    logic value;
                } enable;
                struct packed {
                    logic value;
                } soft_reset;
            } control;
            struct packed {
                struct packed {
                    logic value;
                } unknown_offset;
                struct packed {
                    logic value;
                } partial_write;
                struct packed {
                    logic value;
                } bad_request;
                struct packed {
                    logic value;
                } unsupported_request;
                struct packed {
                    logic value;
                } bad_completion;
                struct packed {
                    logic value;
                } read_timeout;
                struct packed {
                    logic value;
                } command_busy;
                struct packed {
                    logic value;
                } event_overflow;
                struct packed {
                    logic value;
                } queue_stopped;
            } error;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } microseconds;
            } read_timeout;
        } control;
        struct packed {
            struct packed {
                struct packed {
                    logic [15:0] value;
                } value;
            } sa_index;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } value;
            } path_index;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } spi;
            struct packed {
                struct packed {
                    logic [3:0] value;
                } suite;
                struct packed {
                    logic value;
                } outbound;
                struct packed {
                    logic value;
                } esn;
                struct packed {
                    logic value;
                } selector_ipv6;
                struct packed {
                    logic [1:0] value;
                } df;
                struct packed {
                    logic value;
                } copy_dscp;
                struct packed {
                    logic value;
                } ecn;
                struct packed {
                    logic [5:0] value;
                } dscp;
            } sa_flags;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } packets;
            } replay_window;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } [7:0] key;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } salt;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } first_sequence_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } first_sequence_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } [3:0] selector_source;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } [3:0] selector_destination;
            struct packed {
                struct packed {
                    logic [7:0] value;
                } source_bits;
                struct packed {
                    logic [7:0] value;
                } destination_bits;
            } selector_prefix;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } soft_bytes_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } soft_bytes_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } hard_bytes_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } hard_bytes_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } soft_packets_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } soft_packets_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } hard_packets_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } hard_packets_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } [3:0] path_own_address;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } [3:0] path_peer_address;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } own;
                struct packed {
                    logic [15:0] value;
                } peer;
            } path_ports;
            struct packed {
                struct packed {
                    logic value;
                } ipv6;
                struct packed {
                    logic value;
                } udp_encap;
                struct packed {
                    logic value;
                } limited;
            } path_flags;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } bytes;
            } path_credit;
            struct packed {
                struct packed {
                    logic [3:0] value;
                } op;
            } command;
        } command;
        struct packed {
            struct packed {
                logic value;
            } take;
        } counter_snapshot;
        struct packed {
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } sq_base_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } sq_base_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } cq_base_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } cq_base_hi;
            struct packed {
                struct packed {
                    logic [4:0] value;
                } sq_log2;
                struct packed {
                    logic [4:0] value;
                } cq_log2;
            } size;
            struct packed {
                struct packed {
                    logic value;
                } enable;
            } control;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } window_base_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } window_base_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } window_limit_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } window_limit_hi;
            struct packed {
                struct packed {
                    logic [7:0] value;
                } vector_index;
                struct packed {
                    logic value;
                } enable;
            } irq;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } packets;
                struct packed {
                    logic [15:0] value;
                } microseconds;
            } moderation;
        } [3:0] queues;
        struct packed {
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } base_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } base_hi;
            struct packed {
                struct packed {
                    logic [4:0] value;
                } log2;
            } size;
            struct packed {
                struct packed {
                    logic value;
                } enable;
            } control;
            struct packed {
                struct packed {
                    logic [7:0] value;
                } vector_index;
                struct packed {
                    logic value;
                } enable;
            } irq;
        } event_ring;
        struct packed {
            struct packed {
                struct packed {
                    logic [15:0] value;
                } value;
            } sq_producer;
            struct packed {
                struct packed {
                    logic [15:0] value;
                } value;
            } cq_consumer;
        } [3:0] doorbell;
        struct packed {
            struct packed {
                logic [15:0] value;
            } value;
        } event_doorbell;
        struct packed {
            struct packed {
                struct packed {
                    logic [29:0] value;
                } value;
            } address_lo;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } address_hi;
            struct packed {
                struct packed {
                    logic [31:0] value;
                } value;
            } data;
            struct packed {
                struct packed {
                    logic value;
                } mask;
            } control;
        } [7:0] msix;
    } field_storage_t;
    field_storage_t field_storage;

    // Field: card_csr.identity.scratch.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.identity.scratch.value.value <= 32'h0;
        end else if(decoded_req) begin
            next_c = field_storage.identity.scratch.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.identity.scratch && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.identity.scratch.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.identity.scratch.value.value <= next_c;
        end
    end
    // Field: card_csr.control.control.enable
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.control.enable.value <= 1'h0;
        end else if(decoded_req || hwif_in.control.control.enable.hwclr) begin
            next_c = field_storage.control.control.enable.value;
            load_next_c = '0;
            if(decoded_reg_strb.control.control && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.control.control.enable.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end else if(hwif_in.control.control.enable.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.control.enable.value <= next_c;
        end
    end
    assign hwif_out.control.control.enable.value = field_storage.control.control.enable.value;
    // Field: card_csr.control.control.soft_reset
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.control.soft_reset.value <= 1'h0;
        end else begin
            next_c = field_storage.control.control.soft_reset.value;
            load_next_c = '0;
            if(decoded_reg_strb.control.control && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.control.control.soft_reset.value & ~decoded_wr_biten[1:1]) | (decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.control.soft_reset.value <= next_c;
        end
    end
    assign hwif_out.control.control.soft_reset.value = field_storage.control.control.soft_reset.value;
    // Field: card_csr.control.error.unknown_offset
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.unknown_offset.value <= 1'h0;
        end else if(hwif_in.control.error.unknown_offset.hwset || decoded_req) begin
            next_c = field_storage.control.error.unknown_offset.value;
            load_next_c = '0;
            if(hwif_in.control.error.unknown_offset.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.unknown_offset.value & ~(decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.unknown_offset.value <= next_c;
        end
    end
    assign hwif_out.control.error.unknown_offset.value = field_storage.control.error.unknown_offset.value;
    // Field: card_csr.control.error.partial_write
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.partial_write.value <= 1'h0;
        end else if(hwif_in.control.error.partial_write.hwset || decoded_req) begin
            next_c = field_storage.control.error.partial_write.value;
            load_next_c = '0;
            if(hwif_in.control.error.partial_write.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.partial_write.value & ~(decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.partial_write.value <= next_c;
        end
    end
    assign hwif_out.control.error.partial_write.value = field_storage.control.error.partial_write.value;
    // Field: card_csr.control.error.bad_request
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.bad_request.value <= 1'h0;
        end else if(hwif_in.control.error.bad_request.hwset || decoded_req) begin
            next_c = field_storage.control.error.bad_request.value;
            load_next_c = '0;
            if(hwif_in.control.error.bad_request.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.bad_request.value & ~(decoded_wr_data[2:2] & decoded_wr_biten[2:2]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.bad_request.value <= next_c;
        end
    end
    assign hwif_out.control.error.bad_request.value = field_storage.control.error.bad_request.value;
    // Field: card_csr.control.error.unsupported_request
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.unsupported_request.value <= 1'h0;
        end else if(hwif_in.control.error.unsupported_request.hwset || decoded_req) begin
            next_c = field_storage.control.error.unsupported_request.value;
            load_next_c = '0;
            if(hwif_in.control.error.unsupported_request.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.unsupported_request.value & ~(decoded_wr_data[3:3] & decoded_wr_biten[3:3]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.unsupported_request.value <= next_c;
        end
    end
    assign hwif_out.control.error.unsupported_request.value = field_storage.control.error.unsupported_request.value;
    // Field: card_csr.control.error.bad_completion
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.bad_completion.value <= 1'h0;
        end else if(hwif_in.control.error.bad_completion.hwset || decoded_req) begin
            next_c = field_storage.control.error.bad_completion.value;
            load_next_c = '0;
            if(hwif_in.control.error.bad_completion.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.bad_completion.value & ~(decoded_wr_data[4:4] & decoded_wr_biten[4:4]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.bad_completion.value <= next_c;
        end
    end
    assign hwif_out.control.error.bad_completion.value = field_storage.control.error.bad_completion.value;
    // Field: card_csr.control.error.read_timeout
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.read_timeout.value <= 1'h0;
        end else if(hwif_in.control.error.read_timeout.hwset || decoded_req) begin
            next_c = field_storage.control.error.read_timeout.value;
            load_next_c = '0;
            if(hwif_in.control.error.read_timeout.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.read_timeout.value & ~(decoded_wr_data[5:5] & decoded_wr_biten[5:5]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.read_timeout.value <= next_c;
        end
    end
    assign hwif_out.control.error.read_timeout.value = field_storage.control.error.read_timeout.value;
    // Field: card_csr.control.error.command_busy
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.command_busy.value <= 1'h0;
        end else if(hwif_in.control.error.command_busy.hwset || decoded_req) begin
            next_c = field_storage.control.error.command_busy.value;
            load_next_c = '0;
            if(hwif_in.control.error.command_busy.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.command_busy.value & ~(decoded_wr_data[6:6] & decoded_wr_biten[6:6]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.command_busy.value <= next_c;
        end
    end
    assign hwif_out.control.error.command_busy.value = field_storage.control.error.command_busy.value;
    // Field: card_csr.control.error.event_overflow
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.event_overflow.value <= 1'h0;
        end else if(hwif_in.control.error.event_overflow.hwset || decoded_req) begin
            next_c = field_storage.control.error.event_overflow.value;
            load_next_c = '0;
            if(hwif_in.control.error.event_overflow.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.event_overflow.value & ~(decoded_wr_data[7:7] & decoded_wr_biten[7:7]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.event_overflow.value <= next_c;
        end
    end
    assign hwif_out.control.error.event_overflow.value = field_storage.control.error.event_overflow.value;
    // Field: card_csr.control.error.queue_stopped
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.error.queue_stopped.value <= 1'h0;
        end else if(hwif_in.control.error.queue_stopped.hwset || decoded_req) begin
            next_c = field_storage.control.error.queue_stopped.value;
            load_next_c = '0;
            if(hwif_in.control.error.queue_stopped.hwset) begin // HW Set
                next_c = '1;
                load_next_c = '1;
            end else if(decoded_reg_strb.control.error && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.control.error.queue_stopped.value & ~(decoded_wr_data[8:8] & decoded_wr_biten[8:8]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.error.queue_stopped.value <= next_c;
        end
    end
    assign hwif_out.control.error.queue_stopped.value = field_storage.control.error.queue_stopped.value;
    // Field: card_csr.control.read_timeout.microseconds
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.control.read_timeout.microseconds.value <= 16'h32;
        end else if(decoded_req) begin
            next_c = field_storage.control.read_timeout.microseconds.value;
            load_next_c = '0;
            if(decoded_reg_strb.control.read_timeout && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.control.read_timeout.microseconds.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.control.read_timeout.microseconds.value <= next_c;
        end
    end
    assign hwif_out.control.read_timeout.microseconds.value = field_storage.control.read_timeout.microseconds.value;
    // Field: card_csr.command.sa_index.value
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_index.value.value <= 16'h0;
        end else if(decoded_req || hwif_in.command.sa_index.value.hwclr) begin
            next_c = field_storage.command.sa_index.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_index && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_index.value.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_index.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_index.value.value <= next_c;
        end
    end
    assign hwif_out.command.sa_index.value.value = field_storage.command.sa_index.value.value;
    // Field: card_csr.command.path_index.value
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_index.value.value <= 16'h0;
        end else if(decoded_req || hwif_in.command.path_index.value.hwclr) begin
            next_c = field_storage.command.path_index.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_index && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_index.value.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end else if(hwif_in.command.path_index.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_index.value.value <= next_c;
        end
    end
    assign hwif_out.command.path_index.value.value = field_storage.command.path_index.value.value;
    // Field: card_csr.command.spi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.spi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.spi.value.hwclr) begin
            next_c = field_storage.command.spi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.spi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.spi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.spi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.spi.value.value <= next_c;
        end
    end
    assign hwif_out.command.spi.value.value = field_storage.command.spi.value.value;
    // Field: card_csr.command.sa_flags.suite
    always_ff @(posedge clk) begin
        automatic logic [3:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.suite.value <= 4'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.suite.hwclr) begin
            next_c = field_storage.command.sa_flags.suite.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.suite.value & ~decoded_wr_biten[3:0]) | (decoded_wr_data[3:0] & decoded_wr_biten[3:0]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.suite.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.suite.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.suite.value = field_storage.command.sa_flags.suite.value;
    // Field: card_csr.command.sa_flags.outbound
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.outbound.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.outbound.hwclr) begin
            next_c = field_storage.command.sa_flags.outbound.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.outbound.value & ~decoded_wr_biten[4:4]) | (decoded_wr_data[4:4] & decoded_wr_biten[4:4]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.outbound.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.outbound.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.outbound.value = field_storage.command.sa_flags.outbound.value;
    // Field: card_csr.command.sa_flags.esn
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.esn.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.esn.hwclr) begin
            next_c = field_storage.command.sa_flags.esn.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.esn.value & ~decoded_wr_biten[5:5]) | (decoded_wr_data[5:5] & decoded_wr_biten[5:5]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.esn.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.esn.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.esn.value = field_storage.command.sa_flags.esn.value;
    // Field: card_csr.command.sa_flags.selector_ipv6
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.selector_ipv6.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.selector_ipv6.hwclr) begin
            next_c = field_storage.command.sa_flags.selector_ipv6.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.selector_ipv6.value & ~decoded_wr_biten[6:6]) | (decoded_wr_data[6:6] & decoded_wr_biten[6:6]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.selector_ipv6.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.selector_ipv6.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.selector_ipv6.value = field_storage.command.sa_flags.selector_ipv6.value;
    // Field: card_csr.command.sa_flags.df
    always_ff @(posedge clk) begin
        automatic logic [1:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.df.value <= 2'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.df.hwclr) begin
            next_c = field_storage.command.sa_flags.df.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.df.value & ~decoded_wr_biten[9:8]) | (decoded_wr_data[9:8] & decoded_wr_biten[9:8]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.df.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.df.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.df.value = field_storage.command.sa_flags.df.value;
    // Field: card_csr.command.sa_flags.copy_dscp
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.copy_dscp.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.copy_dscp.hwclr) begin
            next_c = field_storage.command.sa_flags.copy_dscp.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.copy_dscp.value & ~decoded_wr_biten[10:10]) | (decoded_wr_data[10:10] & decoded_wr_biten[10:10]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.copy_dscp.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.copy_dscp.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.copy_dscp.value = field_storage.command.sa_flags.copy_dscp.value;
    // Field: card_csr.command.sa_flags.ecn
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.ecn.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.ecn.hwclr) begin
            next_c = field_storage.command.sa_flags.ecn.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.ecn.value & ~decoded_wr_biten[11:11]) | (decoded_wr_data[11:11] & decoded_wr_biten[11:11]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.ecn.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.ecn.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.ecn.value = field_storage.command.sa_flags.ecn.value;
    // Field: card_csr.command.sa_flags.dscp
    always_ff @(posedge clk) begin
        automatic logic [5:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.sa_flags.dscp.value <= 6'h0;
        end else if(decoded_req || hwif_in.command.sa_flags.dscp.hwclr) begin
            next_c = field_storage.command.sa_flags.dscp.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.sa_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.sa_flags.dscp.value & ~decoded_wr_biten[21:16]) | (decoded_wr_data[21:16] & decoded_wr_biten[21:16]);
                load_next_c = '1;
            end else if(hwif_in.command.sa_flags.dscp.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.sa_flags.dscp.value <= next_c;
        end
    end
    assign hwif_out.command.sa_flags.dscp.value = field_storage.command.sa_flags.dscp.value;
    // Field: card_csr.command.replay_window.packets
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.replay_window.packets.value <= 16'h0;
        end else if(decoded_req || hwif_in.command.replay_window.packets.hwclr) begin
            next_c = field_storage.command.replay_window.packets.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.replay_window && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.replay_window.packets.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end else if(hwif_in.command.replay_window.packets.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.replay_window.packets.value <= next_c;
        end
    end
    assign hwif_out.command.replay_window.packets.value = field_storage.command.replay_window.packets.value;
    for(genvar i0=0; i0<8; i0++) begin
        // Field: card_csr.command.key[].value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.command.key[i0].value.value <= 32'h0;
            end else if(decoded_req || hwif_in.command.key[i0].value.hwclr) begin
                next_c = field_storage.command.key[i0].value.value;
                load_next_c = '0;
                if(decoded_reg_strb.command.key[i0] && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.command.key[i0].value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end else if(hwif_in.command.key[i0].value.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.command.key[i0].value.value <= next_c;
            end
        end
        assign hwif_out.command.key[i0].value.value = field_storage.command.key[i0].value.value;
    end
    // Field: card_csr.command.salt.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.salt.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.salt.value.hwclr) begin
            next_c = field_storage.command.salt.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.salt && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.salt.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.salt.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.salt.value.value <= next_c;
        end
    end
    assign hwif_out.command.salt.value.value = field_storage.command.salt.value.value;
    // Field: card_csr.command.first_sequence_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.first_sequence_lo.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.first_sequence_lo.value.hwclr) begin
            next_c = field_storage.command.first_sequence_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.first_sequence_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.first_sequence_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.first_sequence_lo.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.first_sequence_lo.value.value <= next_c;
        end
    end
    assign hwif_out.command.first_sequence_lo.value.value = field_storage.command.first_sequence_lo.value.value;
    // Field: card_csr.command.first_sequence_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.first_sequence_hi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.first_sequence_hi.value.hwclr) begin
            next_c = field_storage.command.first_sequence_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.first_sequence_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.first_sequence_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.first_sequence_hi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.first_sequence_hi.value.value <= next_c;
        end
    end
    assign hwif_out.command.first_sequence_hi.value.value = field_storage.command.first_sequence_hi.value.value;
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.command.selector_source[].value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.command.selector_source[i0].value.value <= 32'h0;
            end else if(decoded_req || hwif_in.command.selector_source[i0].value.hwclr) begin
                next_c = field_storage.command.selector_source[i0].value.value;
                load_next_c = '0;
                if(decoded_reg_strb.command.selector_source[i0] && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.command.selector_source[i0].value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end else if(hwif_in.command.selector_source[i0].value.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.command.selector_source[i0].value.value <= next_c;
            end
        end
        assign hwif_out.command.selector_source[i0].value.value = field_storage.command.selector_source[i0].value.value;
    end
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.command.selector_destination[].value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.command.selector_destination[i0].value.value <= 32'h0;
            end else if(decoded_req || hwif_in.command.selector_destination[i0].value.hwclr) begin
                next_c = field_storage.command.selector_destination[i0].value.value;
                load_next_c = '0;
                if(decoded_reg_strb.command.selector_destination[i0] && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.command.selector_destination[i0].value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end else if(hwif_in.command.selector_destination[i0].value.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.command.selector_destination[i0].value.value <= next_c;
            end
        end
        assign hwif_out.command.selector_destination[i0].value.value = field_storage.command.selector_destination[i0].value.value;
    end
    // Field: card_csr.command.selector_prefix.source_bits
    always_ff @(posedge clk) begin
        automatic logic [7:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.selector_prefix.source_bits.value <= 8'h0;
        end else if(decoded_req || hwif_in.command.selector_prefix.source_bits.hwclr) begin
            next_c = field_storage.command.selector_prefix.source_bits.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.selector_prefix && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.selector_prefix.source_bits.value & ~decoded_wr_biten[7:0]) | (decoded_wr_data[7:0] & decoded_wr_biten[7:0]);
                load_next_c = '1;
            end else if(hwif_in.command.selector_prefix.source_bits.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.selector_prefix.source_bits.value <= next_c;
        end
    end
    assign hwif_out.command.selector_prefix.source_bits.value = field_storage.command.selector_prefix.source_bits.value;
    // Field: card_csr.command.selector_prefix.destination_bits
    always_ff @(posedge clk) begin
        automatic logic [7:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.selector_prefix.destination_bits.value <= 8'h0;
        end else if(decoded_req || hwif_in.command.selector_prefix.destination_bits.hwclr) begin
            next_c = field_storage.command.selector_prefix.destination_bits.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.selector_prefix && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.selector_prefix.destination_bits.value & ~decoded_wr_biten[15:8]) | (decoded_wr_data[15:8] & decoded_wr_biten[15:8]);
                load_next_c = '1;
            end else if(hwif_in.command.selector_prefix.destination_bits.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.selector_prefix.destination_bits.value <= next_c;
        end
    end
    assign hwif_out.command.selector_prefix.destination_bits.value = field_storage.command.selector_prefix.destination_bits.value;
    // Field: card_csr.command.soft_bytes_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.soft_bytes_lo.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.soft_bytes_lo.value.hwclr) begin
            next_c = field_storage.command.soft_bytes_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.soft_bytes_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.soft_bytes_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.soft_bytes_lo.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.soft_bytes_lo.value.value <= next_c;
        end
    end
    assign hwif_out.command.soft_bytes_lo.value.value = field_storage.command.soft_bytes_lo.value.value;
    // Field: card_csr.command.soft_bytes_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.soft_bytes_hi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.soft_bytes_hi.value.hwclr) begin
            next_c = field_storage.command.soft_bytes_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.soft_bytes_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.soft_bytes_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.soft_bytes_hi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.soft_bytes_hi.value.value <= next_c;
        end
    end
    assign hwif_out.command.soft_bytes_hi.value.value = field_storage.command.soft_bytes_hi.value.value;
    // Field: card_csr.command.hard_bytes_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.hard_bytes_lo.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.hard_bytes_lo.value.hwclr) begin
            next_c = field_storage.command.hard_bytes_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.hard_bytes_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.hard_bytes_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.hard_bytes_lo.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.hard_bytes_lo.value.value <= next_c;
        end
    end
    assign hwif_out.command.hard_bytes_lo.value.value = field_storage.command.hard_bytes_lo.value.value;
    // Field: card_csr.command.hard_bytes_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.hard_bytes_hi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.hard_bytes_hi.value.hwclr) begin
            next_c = field_storage.command.hard_bytes_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.hard_bytes_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.hard_bytes_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.hard_bytes_hi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.hard_bytes_hi.value.value <= next_c;
        end
    end
    assign hwif_out.command.hard_bytes_hi.value.value = field_storage.command.hard_bytes_hi.value.value;
    // Field: card_csr.command.soft_packets_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.soft_packets_lo.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.soft_packets_lo.value.hwclr) begin
            next_c = field_storage.command.soft_packets_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.soft_packets_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.soft_packets_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.soft_packets_lo.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.soft_packets_lo.value.value <= next_c;
        end
    end
    assign hwif_out.command.soft_packets_lo.value.value = field_storage.command.soft_packets_lo.value.value;
    // Field: card_csr.command.soft_packets_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.soft_packets_hi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.soft_packets_hi.value.hwclr) begin
            next_c = field_storage.command.soft_packets_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.soft_packets_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.soft_packets_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.soft_packets_hi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.soft_packets_hi.value.value <= next_c;
        end
    end
    assign hwif_out.command.soft_packets_hi.value.value = field_storage.command.soft_packets_hi.value.value;
    // Field: card_csr.command.hard_packets_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.hard_packets_lo.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.hard_packets_lo.value.hwclr) begin
            next_c = field_storage.command.hard_packets_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.hard_packets_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.hard_packets_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.hard_packets_lo.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.hard_packets_lo.value.value <= next_c;
        end
    end
    assign hwif_out.command.hard_packets_lo.value.value = field_storage.command.hard_packets_lo.value.value;
    // Field: card_csr.command.hard_packets_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.hard_packets_hi.value.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.hard_packets_hi.value.hwclr) begin
            next_c = field_storage.command.hard_packets_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.hard_packets_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.hard_packets_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.hard_packets_hi.value.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.hard_packets_hi.value.value <= next_c;
        end
    end
    assign hwif_out.command.hard_packets_hi.value.value = field_storage.command.hard_packets_hi.value.value;
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.command.path_own_address[].value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.command.path_own_address[i0].value.value <= 32'h0;
            end else if(decoded_req || hwif_in.command.path_own_address[i0].value.hwclr) begin
                next_c = field_storage.command.path_own_address[i0].value.value;
                load_next_c = '0;
                if(decoded_reg_strb.command.path_own_address[i0] && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.command.path_own_address[i0].value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end else if(hwif_in.command.path_own_address[i0].value.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.command.path_own_address[i0].value.value <= next_c;
            end
        end
        assign hwif_out.command.path_own_address[i0].value.value = field_storage.command.path_own_address[i0].value.value;
    end
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.command.path_peer_address[].value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.command.path_peer_address[i0].value.value <= 32'h0;
            end else if(decoded_req || hwif_in.command.path_peer_address[i0].value.hwclr) begin
                next_c = field_storage.command.path_peer_address[i0].value.value;
                load_next_c = '0;
                if(decoded_reg_strb.command.path_peer_address[i0] && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.command.path_peer_address[i0].value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end else if(hwif_in.command.path_peer_address[i0].value.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.command.path_peer_address[i0].value.value <= next_c;
            end
        end
        assign hwif_out.command.path_peer_address[i0].value.value = field_storage.command.path_peer_address[i0].value.value;
    end
    // Field: card_csr.command.path_ports.own
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_ports.own.value <= 16'h0;
        end else if(decoded_req || hwif_in.command.path_ports.own.hwclr) begin
            next_c = field_storage.command.path_ports.own.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_ports && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_ports.own.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end else if(hwif_in.command.path_ports.own.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_ports.own.value <= next_c;
        end
    end
    assign hwif_out.command.path_ports.own.value = field_storage.command.path_ports.own.value;
    // Field: card_csr.command.path_ports.peer
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_ports.peer.value <= 16'h0;
        end else if(decoded_req || hwif_in.command.path_ports.peer.hwclr) begin
            next_c = field_storage.command.path_ports.peer.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_ports && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_ports.peer.value & ~decoded_wr_biten[31:16]) | (decoded_wr_data[31:16] & decoded_wr_biten[31:16]);
                load_next_c = '1;
            end else if(hwif_in.command.path_ports.peer.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_ports.peer.value <= next_c;
        end
    end
    assign hwif_out.command.path_ports.peer.value = field_storage.command.path_ports.peer.value;
    // Field: card_csr.command.path_flags.ipv6
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_flags.ipv6.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.path_flags.ipv6.hwclr) begin
            next_c = field_storage.command.path_flags.ipv6.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_flags.ipv6.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end else if(hwif_in.command.path_flags.ipv6.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_flags.ipv6.value <= next_c;
        end
    end
    assign hwif_out.command.path_flags.ipv6.value = field_storage.command.path_flags.ipv6.value;
    // Field: card_csr.command.path_flags.udp_encap
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_flags.udp_encap.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.path_flags.udp_encap.hwclr) begin
            next_c = field_storage.command.path_flags.udp_encap.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_flags.udp_encap.value & ~decoded_wr_biten[1:1]) | (decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
                load_next_c = '1;
            end else if(hwif_in.command.path_flags.udp_encap.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_flags.udp_encap.value <= next_c;
        end
    end
    assign hwif_out.command.path_flags.udp_encap.value = field_storage.command.path_flags.udp_encap.value;
    // Field: card_csr.command.path_flags.limited
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_flags.limited.value <= 1'h0;
        end else if(decoded_req || hwif_in.command.path_flags.limited.hwclr) begin
            next_c = field_storage.command.path_flags.limited.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_flags && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_flags.limited.value & ~decoded_wr_biten[2:2]) | (decoded_wr_data[2:2] & decoded_wr_biten[2:2]);
                load_next_c = '1;
            end else if(hwif_in.command.path_flags.limited.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_flags.limited.value <= next_c;
        end
    end
    assign hwif_out.command.path_flags.limited.value = field_storage.command.path_flags.limited.value;
    // Field: card_csr.command.path_credit.bytes
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.path_credit.bytes.value <= 32'h0;
        end else if(decoded_req || hwif_in.command.path_credit.bytes.hwclr) begin
            next_c = field_storage.command.path_credit.bytes.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.path_credit && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.path_credit.bytes.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end else if(hwif_in.command.path_credit.bytes.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.path_credit.bytes.value <= next_c;
        end
    end
    assign hwif_out.command.path_credit.bytes.value = field_storage.command.path_credit.bytes.value;
    // Field: card_csr.command.command.op
    always_ff @(posedge clk) begin
        automatic logic [3:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.command.command.op.value <= 4'h0;
        end else if(decoded_req) begin
            next_c = field_storage.command.command.op.value;
            load_next_c = '0;
            if(decoded_reg_strb.command.command && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.command.command.op.value & ~decoded_wr_biten[3:0]) | (decoded_wr_data[3:0] & decoded_wr_biten[3:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.command.command.op.value <= next_c;
        end
    end
    assign hwif_out.command.command.op.value = field_storage.command.command.op.value;
    assign hwif_out.command.command.op.swmod = decoded_reg_strb.command.command && decoded_req_is_wr && |(decoded_wr_biten[3:0]);
    // Field: card_csr.counter_snapshot.take
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.counter_snapshot.take.value <= 1'h0;
        end else begin
            next_c = field_storage.counter_snapshot.take.value;
            load_next_c = '0;
            if(decoded_reg_strb.counter_snapshot && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.counter_snapshot.take.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.counter_snapshot.take.value <= next_c;
        end
    end
    assign hwif_out.counter_snapshot.take.value = field_storage.counter_snapshot.take.value;
    // External region: card_csr.counters
    assign hwif_out.counters.req = decoded_reg_strb.counters;
    assign hwif_out.counters.addr = decoded_addr[9:0];
    assign hwif_out.counters.req_is_wr = decoded_req_is_wr;
    assign hwif_out.counters.wr_data = decoded_wr_data;
    assign hwif_out.counters.wr_biten = decoded_wr_biten;
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.queues[].sq_base_lo.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].sq_base_lo.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].sq_base_lo.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].sq_base_lo && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].sq_base_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].sq_base_lo.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].sq_base_lo.value.value = field_storage.queues[i0].sq_base_lo.value.value;
        // Field: card_csr.queues[].sq_base_hi.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].sq_base_hi.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].sq_base_hi.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].sq_base_hi && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].sq_base_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].sq_base_hi.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].sq_base_hi.value.value = field_storage.queues[i0].sq_base_hi.value.value;
        // Field: card_csr.queues[].cq_base_lo.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].cq_base_lo.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].cq_base_lo.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].cq_base_lo && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].cq_base_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].cq_base_lo.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].cq_base_lo.value.value = field_storage.queues[i0].cq_base_lo.value.value;
        // Field: card_csr.queues[].cq_base_hi.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].cq_base_hi.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].cq_base_hi.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].cq_base_hi && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].cq_base_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].cq_base_hi.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].cq_base_hi.value.value = field_storage.queues[i0].cq_base_hi.value.value;
        // Field: card_csr.queues[].size.sq_log2
        always_ff @(posedge clk) begin
            automatic logic [4:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].size.sq_log2.value <= 5'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].size.sq_log2.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].size && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].size.sq_log2.value & ~decoded_wr_biten[4:0]) | (decoded_wr_data[4:0] & decoded_wr_biten[4:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].size.sq_log2.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].size.sq_log2.value = field_storage.queues[i0].size.sq_log2.value;
        // Field: card_csr.queues[].size.cq_log2
        always_ff @(posedge clk) begin
            automatic logic [4:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].size.cq_log2.value <= 5'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].size.cq_log2.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].size && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].size.cq_log2.value & ~decoded_wr_biten[12:8]) | (decoded_wr_data[12:8] & decoded_wr_biten[12:8]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].size.cq_log2.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].size.cq_log2.value = field_storage.queues[i0].size.cq_log2.value;
        // Field: card_csr.queues[].control.enable
        always_ff @(posedge clk) begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].control.enable.value <= 1'h0;
            end else if(decoded_req || hwif_in.queues[i0].control.enable.hwclr) begin
                next_c = field_storage.queues[i0].control.enable.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].control && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].control.enable.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                    load_next_c = '1;
                end else if(hwif_in.queues[i0].control.enable.hwclr) begin // HW Clear
                    next_c = '0;
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].control.enable.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].control.enable.value = field_storage.queues[i0].control.enable.value;
        // Field: card_csr.queues[].window_base_lo.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].window_base_lo.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].window_base_lo.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].window_base_lo && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].window_base_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].window_base_lo.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].window_base_lo.value.value = field_storage.queues[i0].window_base_lo.value.value;
        // Field: card_csr.queues[].window_base_hi.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].window_base_hi.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].window_base_hi.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].window_base_hi && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].window_base_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].window_base_hi.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].window_base_hi.value.value = field_storage.queues[i0].window_base_hi.value.value;
        // Field: card_csr.queues[].window_limit_lo.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].window_limit_lo.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].window_limit_lo.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].window_limit_lo && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].window_limit_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].window_limit_lo.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].window_limit_lo.value.value = field_storage.queues[i0].window_limit_lo.value.value;
        // Field: card_csr.queues[].window_limit_hi.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].window_limit_hi.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].window_limit_hi.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].window_limit_hi && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].window_limit_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].window_limit_hi.value.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].window_limit_hi.value.value = field_storage.queues[i0].window_limit_hi.value.value;
        // Field: card_csr.queues[].irq.vector_index
        always_ff @(posedge clk) begin
            automatic logic [7:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].irq.vector_index.value <= 8'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].irq.vector_index.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].irq && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].irq.vector_index.value & ~decoded_wr_biten[7:0]) | (decoded_wr_data[7:0] & decoded_wr_biten[7:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].irq.vector_index.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].irq.vector_index.value = field_storage.queues[i0].irq.vector_index.value;
        // Field: card_csr.queues[].irq.enable
        always_ff @(posedge clk) begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].irq.enable.value <= 1'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].irq.enable.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].irq && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].irq.enable.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].irq.enable.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].irq.enable.value = field_storage.queues[i0].irq.enable.value;
        // Field: card_csr.queues[].moderation.packets
        always_ff @(posedge clk) begin
            automatic logic [15:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].moderation.packets.value <= 16'h1;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].moderation.packets.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].moderation && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].moderation.packets.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].moderation.packets.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].moderation.packets.value = field_storage.queues[i0].moderation.packets.value;
        // Field: card_csr.queues[].moderation.microseconds
        always_ff @(posedge clk) begin
            automatic logic [15:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.queues[i0].moderation.microseconds.value <= 16'h0;
            end else if(decoded_req) begin
                next_c = field_storage.queues[i0].moderation.microseconds.value;
                load_next_c = '0;
                if(decoded_reg_strb.queues[i0].moderation && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.queues[i0].moderation.microseconds.value & ~decoded_wr_biten[31:16]) | (decoded_wr_data[31:16] & decoded_wr_biten[31:16]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.queues[i0].moderation.microseconds.value <= next_c;
            end
        end
        assign hwif_out.queues[i0].moderation.microseconds.value = field_storage.queues[i0].moderation.microseconds.value;
    end
    // Field: card_csr.event_ring.base_lo.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.base_lo.value.value <= 32'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_ring.base_lo.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.base_lo && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.base_lo.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.base_lo.value.value <= next_c;
        end
    end
    assign hwif_out.event_ring.base_lo.value.value = field_storage.event_ring.base_lo.value.value;
    // Field: card_csr.event_ring.base_hi.value
    always_ff @(posedge clk) begin
        automatic logic [31:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.base_hi.value.value <= 32'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_ring.base_hi.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.base_hi && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.base_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.base_hi.value.value <= next_c;
        end
    end
    assign hwif_out.event_ring.base_hi.value.value = field_storage.event_ring.base_hi.value.value;
    // Field: card_csr.event_ring.size.log2
    always_ff @(posedge clk) begin
        automatic logic [4:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.size.log2.value <= 5'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_ring.size.log2.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.size && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.size.log2.value & ~decoded_wr_biten[4:0]) | (decoded_wr_data[4:0] & decoded_wr_biten[4:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.size.log2.value <= next_c;
        end
    end
    assign hwif_out.event_ring.size.log2.value = field_storage.event_ring.size.log2.value;
    // Field: card_csr.event_ring.control.enable
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.control.enable.value <= 1'h0;
        end else if(decoded_req || hwif_in.event_ring.control.enable.hwclr) begin
            next_c = field_storage.event_ring.control.enable.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.control && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.control.enable.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end else if(hwif_in.event_ring.control.enable.hwclr) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.control.enable.value <= next_c;
        end
    end
    assign hwif_out.event_ring.control.enable.value = field_storage.event_ring.control.enable.value;
    // Field: card_csr.event_ring.irq.vector_index
    always_ff @(posedge clk) begin
        automatic logic [7:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.irq.vector_index.value <= 8'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_ring.irq.vector_index.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.irq && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.irq.vector_index.value & ~decoded_wr_biten[7:0]) | (decoded_wr_data[7:0] & decoded_wr_biten[7:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.irq.vector_index.value <= next_c;
        end
    end
    assign hwif_out.event_ring.irq.vector_index.value = field_storage.event_ring.irq.vector_index.value;
    // Field: card_csr.event_ring.irq.enable
    always_ff @(posedge clk) begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_ring.irq.enable.value <= 1'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_ring.irq.enable.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_ring.irq && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_ring.irq.enable.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_ring.irq.enable.value <= next_c;
        end
    end
    assign hwif_out.event_ring.irq.enable.value = field_storage.event_ring.irq.enable.value;
    for(genvar i0=0; i0<4; i0++) begin
        // Field: card_csr.doorbell[].sq_producer.value
        always_ff @(posedge clk) begin
            automatic logic [15:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.doorbell[i0].sq_producer.value.value <= 16'h0;
            end else if(decoded_req) begin
                next_c = field_storage.doorbell[i0].sq_producer.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.doorbell[i0].sq_producer && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.doorbell[i0].sq_producer.value.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.doorbell[i0].sq_producer.value.value <= next_c;
            end
        end
        assign hwif_out.doorbell[i0].sq_producer.value.value = field_storage.doorbell[i0].sq_producer.value.value;
        assign hwif_out.doorbell[i0].sq_producer.value.swmod = decoded_reg_strb.doorbell[i0].sq_producer && decoded_req_is_wr && |(decoded_wr_biten[15:0]);
        // Field: card_csr.doorbell[].cq_consumer.value
        always_ff @(posedge clk) begin
            automatic logic [15:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.doorbell[i0].cq_consumer.value.value <= 16'h0;
            end else if(decoded_req) begin
                next_c = field_storage.doorbell[i0].cq_consumer.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.doorbell[i0].cq_consumer && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.doorbell[i0].cq_consumer.value.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.doorbell[i0].cq_consumer.value.value <= next_c;
            end
        end
        assign hwif_out.doorbell[i0].cq_consumer.value.value = field_storage.doorbell[i0].cq_consumer.value.value;
        assign hwif_out.doorbell[i0].cq_consumer.value.swmod = decoded_reg_strb.doorbell[i0].cq_consumer && decoded_req_is_wr && |(decoded_wr_biten[15:0]);
    end
    // Field: card_csr.event_doorbell.value
    always_ff @(posedge clk) begin
        automatic logic [15:0] next_c;
        automatic logic load_next_c;
        if(~rst_n) begin
            field_storage.event_doorbell.value.value <= 16'h0;
        end else if(decoded_req) begin
            next_c = field_storage.event_doorbell.value.value;
            load_next_c = '0;
            if(decoded_reg_strb.event_doorbell && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.event_doorbell.value.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end
            if(load_next_c) field_storage.event_doorbell.value.value <= next_c;
        end
    end
    assign hwif_out.event_doorbell.value.value = field_storage.event_doorbell.value.value;
    assign hwif_out.event_doorbell.value.swmod = decoded_reg_strb.event_doorbell && decoded_req_is_wr && |(decoded_wr_biten[15:0]);
    for(genvar i0=0; i0<8; i0++) begin
        // Field: card_csr.msix[].address_lo.value
        always_ff @(posedge clk) begin
            automatic logic [29:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.msix[i0].address_lo.value.value <= 30'h0;
            end else if(decoded_req) begin
                next_c = field_storage.msix[i0].address_lo.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.msix[i0].address_lo && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.msix[i0].address_lo.value.value & ~decoded_wr_biten[31:2]) | (decoded_wr_data[31:2] & decoded_wr_biten[31:2]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.msix[i0].address_lo.value.value <= next_c;
            end
        end
        assign hwif_out.msix[i0].address_lo.value.value = field_storage.msix[i0].address_lo.value.value;
        // Field: card_csr.msix[].address_hi.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.msix[i0].address_hi.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.msix[i0].address_hi.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.msix[i0].address_hi && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.msix[i0].address_hi.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.msix[i0].address_hi.value.value <= next_c;
            end
        end
        assign hwif_out.msix[i0].address_hi.value.value = field_storage.msix[i0].address_hi.value.value;
        // Field: card_csr.msix[].data.value
        always_ff @(posedge clk) begin
            automatic logic [31:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.msix[i0].data.value.value <= 32'h0;
            end else if(decoded_req) begin
                next_c = field_storage.msix[i0].data.value.value;
                load_next_c = '0;
                if(decoded_reg_strb.msix[i0].data && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.msix[i0].data.value.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.msix[i0].data.value.value <= next_c;
            end
        end
        assign hwif_out.msix[i0].data.value.value = field_storage.msix[i0].data.value.value;
        // Field: card_csr.msix[].control.mask
        always_ff @(posedge clk) begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            if(~rst_n) begin
                field_storage.msix[i0].control.mask.value <= 1'h1;
            end else if(decoded_req) begin
                next_c = field_storage.msix[i0].control.mask.value;
                load_next_c = '0;
                if(decoded_reg_strb.msix[i0].control && decoded_req_is_wr) begin // SW write
                    next_c = (field_storage.msix[i0].control.mask.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                    load_next_c = '1;
                end
                if(load_next_c) field_storage.msix[i0].control.mask.value <= next_c;
            end
        end
        assign hwif_out.msix[i0].control.mask.value = field_storage.msix[i0].control.mask.value;
    end

    //--------------------------------------------------------------------------
    // Write response
    //--------------------------------------------------------------------------
    always_comb begin
        automatic logic wr_ack;
        wr_ack = '0;
        wr_ack |= hwif_in.counters.wr_ack;
        external_wr_ack = wr_ack;
    end
    assign cpuif_wr_ack = external_wr_ack | (decoded_req & decoded_req_is_wr & ~decoded_req_is_external);
    // Writes are always granted with no error response
    assign cpuif_wr_err = decoded_err;

    //--------------------------------------------------------------------------
    // Readback
    //--------------------------------------------------------------------------
    logic readback_external_rd_ack_c;
    always_comb begin
        automatic logic rd_ack;
        rd_ack = '0;
        rd_ack |= hwif_in.counters.rd_ack;
        readback_external_rd_ack_c = rd_ack;
    end

    logic readback_external_rd_ack;

    assign readback_external_rd_ack = readback_external_rd_ack_c;

    logic [16:0] rd_mux_addr;
    logic [16:0] pending_rd_addr;
    // Hold read mux address to guarantee it is stable throughout any external accesses
    always_ff @(posedge clk) begin
        if(~rst_n) begin
            pending_rd_addr <= '0;
        end else begin
            if(decoded_req) pending_rd_addr <= decoded_addr;
        end
    end
    assign rd_mux_addr = decoded_req ? decoded_addr : pending_rd_addr;

    logic readback_err;
    logic readback_done;
    logic [31:0] readback_data;
    always_comb begin
        automatic logic [31:0] readback_data_var;
        readback_data_var = '0;
        if(decoded_req | external_pending) begin
        if(rd_mux_addr == 17'h0) begin
            readback_data_var[31:0] = 32'h484f4c44;
        end
        if(rd_mux_addr == 17'h4) begin
            readback_data_var[15:0] = 16'h1;
            readback_data_var[31:16] = 16'h1;
        end
        if(rd_mux_addr == 17'h8) begin
            readback_data_var[31:0] = hwif_in.identity.build.value.next;
        end
        if(rd_mux_addr == 17'hc) begin
            readback_data_var[31:0] = hwif_in.identity.git_hash.value.next;
        end
        if(rd_mux_addr == 17'h10) begin
            readback_data_var[31:0] = hwif_in.identity.board.value.next;
        end
        if(rd_mux_addr == 17'h14) begin
            readback_data_var[31:0] = hwif_in.identity.cap_suites.value.next;
        end
        if(rd_mux_addr == 17'h18) begin
            readback_data_var[15:0] = hwif_in.identity.cap_tables.num_sas.next;
            readback_data_var[31:16] = hwif_in.identity.cap_tables.num_paths.next;
        end
        if(rd_mux_addr == 17'h1c) begin
            readback_data_var[7:0] = hwif_in.identity.cap_widths.data_width.next;
            readback_data_var[15:8] = hwif_in.identity.cap_widths.num_queues.next;
            readback_data_var[23:16] = hwif_in.identity.cap_widths.num_vectors.next;
        end
        if(rd_mux_addr == 17'h20) begin
            readback_data_var[15:0] = hwif_in.identity.cap_window.max_replay_window.next;
        end
        if(rd_mux_addr == 17'h24) begin
            readback_data_var[31:0] = hwif_in.identity.clock_hz.value.next;
        end
        if(rd_mux_addr == 17'h28) begin
            readback_data_var[31:0] = field_storage.identity.scratch.value.value;
        end
        if(rd_mux_addr == 17'h40) begin
            readback_data_var[0] = field_storage.control.control.enable.value;
        end
        if(rd_mux_addr == 17'h44) begin
            readback_data_var[0] = hwif_in.control.status.swept.next;
            readback_data_var[1] = hwif_in.control.status.idle.next;
        end
        if(rd_mux_addr == 17'h48) begin
            readback_data_var[0] = field_storage.control.error.unknown_offset.value;
            readback_data_var[1] = field_storage.control.error.partial_write.value;
            readback_data_var[2] = field_storage.control.error.bad_request.value;
            readback_data_var[3] = field_storage.control.error.unsupported_request.value;
            readback_data_var[4] = field_storage.control.error.bad_completion.value;
            readback_data_var[5] = field_storage.control.error.read_timeout.value;
            readback_data_var[6] = field_storage.control.error.command_busy.value;
            readback_data_var[7] = field_storage.control.error.event_overflow.value;
            readback_data_var[8] = field_storage.control.error.queue_stopped.value;
        end
        if(rd_mux_addr == 17'h4c) begin
            readback_data_var[16:0] = hwif_in.control.first_error.offset.next;
            readback_data_var[28:24] = hwif_in.control.first_error.bit_index.next;
            readback_data_var[31] = hwif_in.control.first_error.valid.next;
        end
        if(rd_mux_addr == 17'h50) begin
            readback_data_var[15:0] = field_storage.control.read_timeout.microseconds.value;
        end
        if(rd_mux_addr == 17'h54) begin
            readback_data_var[31:0] = hwif_in.control.sweep.cycles.next;
        end
        if(rd_mux_addr == 17'h58) begin
            readback_data_var[31:0] = hwif_in.control.generation.value.next;
        end
        if(rd_mux_addr == 17'h5c) begin
            readback_data_var[31:0] = hwif_in.control.drain_fence.generation.next;
        end
        if(rd_mux_addr == 17'h60) begin
            readback_data_var[5:0] = hwif_in.control.last_drop.reason.next;
            readback_data_var[8] = hwif_in.control.last_drop.outbound.next;
            readback_data_var[31:16] = hwif_in.control.last_drop.sa_index.next;
        end
        if(rd_mux_addr == 17'h10f4) begin
            readback_data_var[0] = hwif_in.command.status.busy.next;
            readback_data_var[11:8] = hwif_in.command.status.result.next;
        end
        if(rd_mux_addr == 17'h10f8) begin
            readback_data_var[31:0] = hwif_in.command.result_generation.value.next;
        end
        if(rd_mux_addr == 17'h1100) begin
            readback_data_var[31:0] = hwif_in.command.result_sequence_lo.value.next;
        end
        if(rd_mux_addr == 17'h1104) begin
            readback_data_var[31:0] = hwif_in.command.result_sequence_hi.value.next;
        end
        if(rd_mux_addr == 17'h1108) begin
            readback_data_var[31:0] = hwif_in.command.result_bytes_lo.value.next;
        end
        if(rd_mux_addr == 17'h110c) begin
            readback_data_var[31:0] = hwif_in.command.result_bytes_hi.value.next;
        end
        if(rd_mux_addr == 17'h1110) begin
            readback_data_var[31:0] = hwif_in.command.result_packets_lo.value.next;
        end
        if(rd_mux_addr == 17'h1114) begin
            readback_data_var[31:0] = hwif_in.command.result_packets_hi.value.next;
        end
        if(rd_mux_addr == 17'h1118) begin
            readback_data_var[31:0] = hwif_in.command.result_last_used_lo.value.next;
        end
        if(rd_mux_addr == 17'h111c) begin
            readback_data_var[31:0] = hwif_in.command.result_last_used_hi.value.next;
        end
        if(rd_mux_addr == 17'h1120) begin
            readback_data_var[15:0] = hwif_in.command.result_sa.path_index.next;
            readback_data_var[16] = hwif_in.command.result_sa.outbound.next;
        end
        if((rd_mux_addr >= 17'h2400) && (rd_mux_addr <= 17'h2400 + 17'h3ff)) begin
            readback_data_var = hwif_in.counters.rd_data;
        end
        for(int i0=0; i0<4; i0++) begin
            if(rd_mux_addr == 17'h4000 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].sq_base_lo.value.value;
            end
            if(rd_mux_addr == 17'h4004 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].sq_base_hi.value.value;
            end
            if(rd_mux_addr == 17'h4008 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].cq_base_lo.value.value;
            end
            if(rd_mux_addr == 17'h400c + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].cq_base_hi.value.value;
            end
            if(rd_mux_addr == 17'h4010 + (17)'(i0) * 17'h40) begin
                readback_data_var[4:0] = field_storage.queues[i0].size.sq_log2.value;
                readback_data_var[12:8] = field_storage.queues[i0].size.cq_log2.value;
            end
            if(rd_mux_addr == 17'h4014 + (17)'(i0) * 17'h40) begin
                readback_data_var[0] = field_storage.queues[i0].control.enable.value;
            end
            if(rd_mux_addr == 17'h4018 + (17)'(i0) * 17'h40) begin
                readback_data_var[0] = hwif_in.queues[i0].status.running.next;
                readback_data_var[11:8] = hwif_in.queues[i0].status.cause.next;
                readback_data_var[16] = hwif_in.queues[i0].status.waits.next;
            end
            if(rd_mux_addr == 17'h401c + (17)'(i0) * 17'h40) begin
                readback_data_var[15:0] = hwif_in.queues[i0].indices.sq_consumer.next;
                readback_data_var[31:16] = hwif_in.queues[i0].indices.cq_producer.next;
            end
            if(rd_mux_addr == 17'h4020 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].window_base_lo.value.value;
            end
            if(rd_mux_addr == 17'h4024 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].window_base_hi.value.value;
            end
            if(rd_mux_addr == 17'h4028 + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].window_limit_lo.value.value;
            end
            if(rd_mux_addr == 17'h402c + (17)'(i0) * 17'h40) begin
                readback_data_var[31:0] = field_storage.queues[i0].window_limit_hi.value.value;
            end
            if(rd_mux_addr == 17'h4030 + (17)'(i0) * 17'h40) begin
                readback_data_var[7:0] = field_storage.queues[i0].irq.vector_index.value;
                readback_data_var[31] = field_storage.queues[i0].irq.enable.value;
            end
            if(rd_mux_addr == 17'h4034 + (17)'(i0) * 17'h40) begin
                readback_data_var[15:0] = field_storage.queues[i0].moderation.packets.value;
                readback_data_var[31:16] = field_storage.queues[i0].moderation.microseconds.value;
            end
        end
        if(rd_mux_addr == 17'h4400) begin
            readback_data_var[31:0] = field_storage.event_ring.base_lo.value.value;
        end
        if(rd_mux_addr == 17'h4404) begin
            readback_data_var[31:0] = field_storage.event_ring.base_hi.value.value;
        end
        if(rd_mux_addr == 17'h4408) begin
            readback_data_var[4:0] = field_storage.event_ring.size.log2.value;
        end
        if(rd_mux_addr == 17'h440c) begin
            readback_data_var[0] = field_storage.event_ring.control.enable.value;
        end
        if(rd_mux_addr == 17'h4410) begin
            readback_data_var[7:0] = field_storage.event_ring.irq.vector_index.value;
            readback_data_var[31] = field_storage.event_ring.irq.enable.value;
        end
        if(rd_mux_addr == 17'h4414) begin
            readback_data_var[15:0] = hwif_in.event_ring.status.producer.next;
            readback_data_var[19:16] = hwif_in.event_ring.status.last_kind.next;
        end
        for(int i0=0; i0<8; i0++) begin
            if(rd_mux_addr == 17'h10000 + (17)'(i0) * 17'h10) begin
                readback_data_var[31:2] = field_storage.msix[i0].address_lo.value.value;
            end
            if(rd_mux_addr == 17'h10004 + (17)'(i0) * 17'h10) begin
                readback_data_var[31:0] = field_storage.msix[i0].address_hi.value.value;
            end
            if(rd_mux_addr == 17'h10008 + (17)'(i0) * 17'h10) begin
                readback_data_var[31:0] = field_storage.msix[i0].data.value.value;
            end
            if(rd_mux_addr == 17'h1000c + (17)'(i0) * 17'h10) begin
                readback_data_var[0] = field_storage.msix[i0].control.mask.value;
            end
        end
        if(rd_mux_addr == 17'h18000) begin
            readback_data_var[7:0] = hwif_in.msix_pending.value.next;
        end
        end
        readback_data = readback_data_var;
        readback_done = decoded_req & ~decoded_req_is_wr & ~decoded_req_is_external;
        readback_err = decoded_err;
    end

    assign external_rd_ack = readback_external_rd_ack;
    assign cpuif_rd_ack = readback_done | readback_external_rd_ack;
    assign cpuif_rd_data = readback_data;
    assign cpuif_rd_err = readback_err;
endmodule
