# SPDX-License-Identifier: Apache-2.0
# Read behind a model's makefile. Where a model has many files, most of their compilation is reading
# its headers: they are precompiled, once for the optimised files and once for the others. The
# object files are the same to the byte. Precompiling takes as long as reading them six times.
fast := $(VM_PREFIX)__fast.h
slow := $(VM_PREFIX)__slow.h
model_headers := $(filter-out $(fast) $(slow),$(wildcard $(VM_PREFIX)*.h))
precompile = $(OBJCACHE) $(CXX) $(CXXFLAGS) $(CPPFLAGS)

$(fast) $(slow):
	printf '#include "verilated.h"\n#include "$(VM_PREFIX)__Syms.h"\n' > $@
$(fast).gch: $(fast) $(model_headers)
	$(precompile) $(OPT_FAST) -x c++-header $< -o $@
$(slow).gch: $(slow) $(model_headers)
	$(precompile) $(OPT_SLOW) -x c++-header $< -o $@

ifneq ($(word 10,$(VK_FAST_OBJS)),)
$(VK_FAST_OBJS): $(fast).gch
$(VK_FAST_OBJS): private override OPT_FAST += -Winvalid-pch -include $(fast)
endif
ifneq ($(word 10,$(VK_SLOW_OBJS)),)
$(VK_SLOW_OBJS): $(slow).gch
$(VK_SLOW_OBJS): private override OPT_SLOW += -Winvalid-pch -include $(slow)
endif
