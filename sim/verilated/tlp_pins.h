// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <verilated.h>

#include <array>
#include <cstdint>

#include "root_complex.h"

/// The TLP ports of card_core and card_stream as Verilator makes them. `Top` is a Verilated class;
/// ports of 64 bits are integers, wider ones are VlWide.
namespace holdfast::sim {

inline void put(VlWide<4>& port, const std::array<std::uint32_t, 4>& dwords) {
  for (std::size_t i = 0; i < 4; ++i) port[i] = dwords[i];
}
inline void put(QData& port, const std::array<std::uint32_t, 4>& dwords) {
  port = std::uint64_t{dwords[1]} << 32 | dwords[0];
}
inline void get(const VlWide<4>& port, std::array<std::uint32_t, 4>& dwords) {
  for (std::size_t i = 0; i < 4; ++i) dwords[i] = port[i];
}
inline void get(const QData& port, std::array<std::uint32_t, 4>& dwords) {
  dwords = {static_cast<std::uint32_t>(port), static_cast<std::uint32_t>(port >> 32), 0, 0};
}
/// The first DW of a header is in the top bits of the port.
inline void put_header(VlWide<4>& port, const TlpHeader& hdr) {
  put(port, {hdr[3], hdr[2], hdr[1], hdr[0]});
}
inline void get_header(const VlWide<4>& port, TlpHeader& hdr) {
  hdr = {port[3], port[2], port[1], port[0]};
}

/// Register access: rx_req and tx_cpl.
template <typename Top>
void drive_request_pins(Top& top, const CardInputs& in) {
  top.rx_req_tlp_valid_i = in.rx_req_valid;
  top.tx_cpl_tlp_ready_i = in.tx_cpl_ready;
  if (!in.rx_req_valid) return;
  put(top.rx_req_tlp_data_i, in.rx_req.data);
  put_header(top.rx_req_tlp_hdr_i, in.rx_req.hdr);
  top.rx_req_tlp_strb_i = in.rx_req.strb;
  top.rx_req_tlp_bar_id_i = in.rx_req_bar_id;
  top.rx_req_tlp_func_num_i = 0;
  top.rx_req_tlp_sop_i = in.rx_req.sop;
  top.rx_req_tlp_eop_i = in.rx_req.eop;
}
template <typename Top>
void sample_request_pins(const Top& top, CardOutputs& out) {
  out.rx_req_ready = top.rx_req_tlp_ready_o != 0;
  out.tx_cpl_valid = top.tx_cpl_tlp_valid_o != 0;
  if (!out.tx_cpl_valid) return;
  get(top.tx_cpl_tlp_data_o, out.tx_cpl.data);
  get_header(top.tx_cpl_tlp_hdr_o, out.tx_cpl.hdr);
  out.tx_cpl.strb = top.tx_cpl_tlp_strb_o;
  out.tx_cpl.sop = top.tx_cpl_tlp_sop_o != 0;
  out.tx_cpl.eop = top.tx_cpl_tlp_eop_o != 0;
}

/// DMA: rx_cpl, tx_rd_req and tx_wr_req.
template <typename Top>
void drive_dma_pins(Top& top, const CardInputs& in) {
  top.tx_rd_req_tlp_ready_i = in.tx_rd_req_ready;
  top.tx_wr_req_tlp_ready_i = in.tx_wr_req_ready;
  top.rx_cpl_tlp_valid_i = in.rx_cpl_valid;
  if (!in.rx_cpl_valid) return;
  put(top.rx_cpl_tlp_data_i, in.rx_cpl.data);
  put_header(top.rx_cpl_tlp_hdr_i, in.rx_cpl.hdr);
  top.rx_cpl_tlp_strb_i = in.rx_cpl.strb;
  top.rx_cpl_tlp_error_i = in.rx_cpl.error;
  top.rx_cpl_tlp_sop_i = in.rx_cpl.sop;
  top.rx_cpl_tlp_eop_i = in.rx_cpl.eop;
}
template <typename Top>
void sample_dma_pins(const Top& top, CardOutputs& out) {
  out.rx_cpl_ready = top.rx_cpl_tlp_ready_o != 0;
  out.tx_rd_req_valid = top.tx_rd_req_tlp_valid_o != 0;
  if (out.tx_rd_req_valid) {
    get_header(top.tx_rd_req_tlp_hdr_o, out.tx_rd_req.hdr);
    out.tx_rd_req.sop = top.tx_rd_req_tlp_sop_o != 0;
    out.tx_rd_req.eop = top.tx_rd_req_tlp_eop_o != 0;
  }
  out.tx_wr_req_valid = top.tx_wr_req_tlp_valid_o != 0;
  if (!out.tx_wr_req_valid) return;
  get(top.tx_wr_req_tlp_data_o, out.tx_wr_req.data);
  get_header(top.tx_wr_req_tlp_hdr_o, out.tx_wr_req.hdr);
  out.tx_wr_req.strb = top.tx_wr_req_tlp_strb_o;
  out.tx_wr_req.sop = top.tx_wr_req_tlp_sop_o != 0;
  out.tx_wr_req.eop = top.tx_wr_req_tlp_eop_o != 0;
}

template <typename Top>
void drive_config_pins(Top& top, const PcieConfig& config) {
  top.cfg_max_payload_i = config.max_payload;
  top.cfg_max_read_req_i = config.max_read_request;
  top.cfg_completer_id_i = config.completer_id;
  top.cfg_bus_master_en_i = config.bus_master_enable;
  top.cfg_msix_en_i = config.msix_enable;
  top.cfg_msix_mask_i = config.msix_mask;
  top.cfg_rcb_i = config.rcb_128;
  top.cfg_ext_tag_en_i = config.extended_tags;
  top.cfg_flr_i = config.function_reset;
}

}  // namespace holdfast::sim
