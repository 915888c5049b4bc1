-- SPDX-License-Identifier: Apache-2.0
-- Shows the four notifications of address updates (docs/protocol/address_update.md) in Wireshark and
-- tshark, 3.6 and later. It reads what the ISAKMP dissector has decrypted, so Wireshark needs the
-- keys: key_files { isakmp = ... } of holdfastd writes its ikev1_decryption_table.
--
--   tshark -X lua_script:holdfast_update.lua -r FILE -Y holdfast_update

local update = Proto("holdfast_update", "Holdfast Address Update")

local TYPES = {
  [1] = "IPADDRESS_UPDATE", [2] = "IPADDRESS_UPDATE_ACK", [3] = "IPADDRESS_UPDATE_NACK",
  [4] = "IPADDRESS_UPDATE_CONFIRM",
}
local REASONS = {
  [1] = "policy", [2] = "unknown SPI", [3] = "address refused", [4] = "NAT not allowed",
  [5] = "superseded", [6] = "busy", [7] = "malformed",
}

-- The values lie in the private range and can be set in the daemon's configuration.
update.prefs.first = Pref.uint("Notify type of UPDATE", 35010, "ACK, NACK and CONFIRM follow it")

local f = {
  message = ProtoField.uint8("holdfast_update.message", "Message", base.DEC, TYPES),
  old_ipv4 = ProtoField.ipv4("holdfast_update.old_ipv4", "Old IPv4 address"),
  new_ipv4 = ProtoField.ipv4("holdfast_update.new_ipv4", "New IPv4 address"),
  old_ipv6 = ProtoField.ipv6("holdfast_update.old_ipv6", "OLD_ADDRESS6"),
  new_ipv6 = ProtoField.ipv6("holdfast_update.new_ipv6", "NEW_ADDRESS6"),
  old_address = ProtoField.string("holdfast_update.old_address", "Old address"),
  new_address = ProtoField.string("holdfast_update.new_address", "New address"),
  id = ProtoField.uint32("holdfast_update.id", "Request identifier"),
  num_spis = ProtoField.uint8("holdfast_update.num_spis", "Number of SPIs (0: all SAs)"),
  spi = ProtoField.uint32("holdfast_update.spi", "SPI", base.HEX),
  natd_source = ProtoField.bytes("holdfast_update.natd_source", "NATD_SOURCE"),
  natd_destination = ProtoField.bytes("holdfast_update.natd_destination", "NATD_DESTINATION"),
  challenge = ProtoField.bytes("holdfast_update.challenge", "CHALLENGE"),
  response = ProtoField.bytes("holdfast_update.response", "RESPONSE"),
  observed = ProtoField.string("holdfast_update.observed", "OBSERVED"),
  observed_port = ProtoField.uint16("holdfast_update.observed_port", "OBSERVED, port"),
  reason = ProtoField.uint16("holdfast_update.reason", "REASON", base.DEC, REASONS),
  paths = ProtoField.uint16("holdfast_update.paths", "PATHS", base.HEX),
  old_path_works = ProtoField.bool("holdfast_update.old_path_works", "The old path still works"),
  highest = ProtoField.uint32("holdfast_update.highest", "HIGHEST"),
  address = ProtoField.string("holdfast_update.address", "ADDRESSES"),
  except = ProtoField.uint32("holdfast_update.except", "EXCEPT", base.HEX),
  padding = ProtoField.uint16("holdfast_update.padding", "PADDING, bytes"),
  sender = ProtoField.bytes("holdfast_update.sender", "SENDER"),
  unknown = ProtoField.uint16("holdfast_update.unknown", "Unknown attribute"),
  final = ProtoField.bool("holdfast_update.final", "Final"),
}
update.fields = f

local malformed = ProtoExpert.new("holdfast_update.malformed", "Malformed address update",
                                  expert.group.MALFORMED, expert.severity.ERROR)
update.experts = { malformed }

local notify_type = Field.new("isakmp.notify.msgtype")
local notify_data = Field.new("isakmp.notify.data")

-- Text of an address of 4 or 16 bytes; nothing of another size.
local function text_of(range)
  if range:len() == 4 then return tostring(range:ipv4()) end
  if range:len() == 16 then return tostring(range:ipv6()) end
  return nil
end

local function each_spi(tree, field, range)
  for offset = 0, range:len() - 4, 4 do tree:add(field, range(offset, 4)) end
  return range:len() % 4 == 0
end

-- ADDRESSES: each after a byte with its length.
local function each_address(tree, range)
  local offset = 0
  while offset < range:len() do
    local size = range(offset, 1):uint()
    if (size ~= 4 and size ~= 16) or offset + 1 + size > range:len() then return false end
    tree:add(f.address, range(offset, 1 + size), text_of(range(offset + 1, size)))
    offset = offset + 1 + size
  end
  return true
end

-- A field of exactly `size` bytes.
local function sized(field, size)
  return function(tree, range)
    if range:len() ~= size then return false end
    tree:add(field, range)
    return true
  end
end

local function address6(field)
  return function(tree, range, seen)
    if range:len() ~= 16 then return false end
    tree:add(field, range)
    seen[field] = text_of(range)
    return true
  end
end

local ATTRIBUTES = {
  [1] = address6(f.old_ipv6),
  [2] = address6(f.new_ipv6),
  [3] = function(tree, range) tree:add(f.natd_source, range) return true end,
  [4] = function(tree, range) tree:add(f.natd_destination, range) return true end,
  [5] = function(tree, range, seen)
    seen.challenge = true
    return sized(f.challenge, 16)(tree, range)
  end,
  [6] = sized(f.response, 16),
  [7] = function(tree, range)
    local size = range:len() - 2
    if size ~= 4 and size ~= 16 then return false end
    tree:add(f.observed, range(0, size), text_of(range(0, size)))
    tree:add(f.observed_port, range(size, 2))
    return true
  end,
  [8] = function(tree, range, seen)
    if range:len() ~= 2 then return false end
    seen.reason = REASONS[range:uint()] or "unknown reason"
    tree:add(f.reason, range)
    return true
  end,
  [9] = function(tree, range)
    if range:len() ~= 2 then return false end
    tree:add(f.paths, range)
    tree:add(f.old_path_works, range, range:uint() % 2 == 1)
    return true
  end,
  [10] = sized(f.highest, 4),
  [11] = each_address,
  [12] = function(tree, range) return each_spi(tree, f.except, range) end,
  [13] = function(tree, range) tree:add(f.padding, range, range:len()) return true end,
  [14] = sized(f.sender, 8),
}

-- Data attributes (RFC 2408, 3.3). False if something is cut short or has a wrong size.
local function attributes(tree, range, seen)
  local offset = 0
  while offset < range:len() do
    if range:len() - offset < 4 then return false end
    local kind, start, size = range(offset, 2):uint(), offset + 2, 2
    if kind >= 0x8000 then
      kind = kind - 0x8000
    else
      start, size = offset + 4, range(offset + 2, 2):uint()
    end
    if start + size > range:len() or seen[kind] then return false end
    seen[kind] = true
    local show = ATTRIBUTES[kind]
    if not show then
      tree:add(f.unknown, range(offset, 2), kind)
    elseif size == 0 or not show(tree, range(start, size), seen) then
      return false
    end
    offset = start + size
  end
  return true
end

local function fixed_part(tree, data)
  if data:len() < 13 then return nil end
  tree:add(f.old_ipv4, data(0, 4))
  tree:add(f.new_ipv4, data(4, 4))
  tree:add(f.id, data(8, 4))
  tree:add(f.num_spis, data(12, 1))
  local fixed = 13 + 4 * data(12, 1):uint()
  if fixed > data:len() then return nil end
  if fixed > 13 then each_spi(tree, f.spi, data(13, fixed - 13)) end
  return fixed
end

local function show(message, data, pinfo, root)
  local tree = root:add(update, data, "Holdfast Address Update: " .. TYPES[message])
  tree:add(f.message, message):set_generated()
  local fixed, seen = fixed_part(tree, data), {}
  local is_good = fixed ~= nil
  if fixed and fixed < data:len() then
    is_good = attributes(tree, data(fixed, data:len() - fixed), seen)
  end
  if not is_good then tree:add_proto_expert_info(malformed) end
  if not fixed then return end
  local old = seen[f.old_ipv6] or text_of(data(0, 4))
  local new = seen[f.new_ipv6] or text_of(data(4, 4))
  tree:add(f.old_address, old):set_generated()
  tree:add(f.new_address, new):set_generated()
  local is_final = message == 3 or (message == 2 and not seen.challenge)
  tree:add(f.final, is_final):set_generated()
  local note = seen.reason and (", " .. seen.reason) or ""
  if message == 2 then note = note .. (is_final and ", final" or ", challenge") end
  pinfo.cols.info:append(string.format(" [%s %u: %s to %s%s]", TYPES[message],
                                       data(8, 4):uint(), old, new, note))
end

-- With an SPI of no bytes the data stand right behind the notify type.
function update.dissector(_, pinfo, root)
  local data = { notify_data() }
  for _, kind in ipairs({ notify_type() }) do
    local message = kind.value - update.prefs.first + 1
    for _, candidate in ipairs(data) do
      if TYPES[message] and candidate.offset == kind.offset + 2 then
        show(message, candidate.range, pinfo, root)
      end
    end
  end
end

register_postdissector(update)
