// RUN: tandem-opt %s --split-input-file --verify-diagnostics

// Tests that a figure stands under a key that is known.
// expected-error @+1 {{chip 'a' has 'memory_bandwith' = 1.000000e+11 : f64, expected a figure under a key of docs/fleets.md}}
func.func private @roofline_c1_unknown_key() attributes {chip = #deploy.roofline<<"a", "toy">, count = 1, figures = {memory_bandwith = 1.0e+11}>}

// -----

// Tests that a chip has what every estimate needs.
// expected-error @+1 {{chip 'a' lacks a figure: expected memory_bandwidth and a rate such as compute_f32}}
func.func private @roofline_c2_no_rate() attributes {chip = #deploy.roofline<<"a", "toy">, count = 1, figures = {compute_efficiency = #deploy.figure<1.0, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, assumed, "test">}>}

// -----

// Tests that a fleet has at least one of each chip.
// expected-error @+1 {{chip 'a' has count 0, expected at least 1}}
func.func private @roofline_c3_none() attributes {chip = #deploy.roofline<<"a", "toy">, count = 0, figures = {compute_f32 = #deploy.figure<1.0e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, assumed, "test">}>}

// -----

// Tests that a fleet holds chips only, each with a name of its own.
// expected-error @+1 {{fleet 'toy' holds 1 : i64, expected a chip such as '#deploy.roofline'}}
func.func private @fleet_c1_no_chip() attributes {fleet = #deploy.fleet<"toy", chips = [1], links = []>}

// -----

#a = #deploy.roofline<<"a", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, assumed, "test">}>
// expected-error @+1 {{fleet 'toy' has two chips called 'a'}}
func.func private @fleet_c1_same_name() attributes {fleet = #deploy.fleet<"toy", chips = [#a, #a], links = []>}

// -----

// Tests that a link joins two chips of the fleet.
#a = #deploy.roofline<<"a", "toy">, count = 1, figures = {compute_f32 = #deploy.figure<1.0e+12, assumed, "test">, memory_bandwidth = #deploy.figure<1.0e+11, assumed, "test">}>
// expected-error @+1 {{fleet 'toy' holds #deploy.link<"a", "b", bandwidth = <1.000000e+10 : f64, assumed, "test">, latency = <1.000000e-05 : f64, assumed, "test">>, expected a link between two of its chips}}
func.func private @fleet_c2_dangling_link() attributes {fleet = #deploy.fleet<"toy", chips = [#a], links = [#deploy.link<"a", "b", bandwidth = <1.0e+10, assumed, "test">, latency = <1.0e-05, assumed, "test">>]>}
