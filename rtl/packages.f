# Packages in dependency order, relative to rtl/. Read by CMake, ./dev lint and synthesis.
common/common_pkg.sv
csr/card_csr_enums_pkg.sv
csr/card_csr_pkg.sv
crypto/crypto_pkg.sv
sad/sad_pkg.sv
net/net_pkg.sv
esp/esp_pkg.sv
pcie/pcie_pkg.sv
dma/dma_pkg.sv
