// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "bench_sections.h"

namespace holdfast::bench {

/// Adds to the report what a Python script of this folder tells as lines of JSON (bench_lines.py):
/// tables, figures, notes and problems. `arguments` are for a shell. A line that is not of this
/// kind, nothing measured, or another exit code than 0 is a problem.
void run_script(const Context& context, const std::string& script, const std::string& arguments);

/// The folder of the build, in which this program lies.
std::string build_folder();

}  // namespace holdfast::bench
