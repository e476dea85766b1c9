//! The oracle: every cell of the table, natively and in a browser.

use sessionful_tests::{dual_test, matrix};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

dual_test! {
    /// ORC-1, ORC-2, ORC-3, ORC-4, ORC-5, ORC-6, ORC-8, ORC-9; SESS-3, SESS-4, SESS-6, SESS-18,
    /// SESS-19, INST-3, INST-4, INST-5, INST-9, INST-10, INST-14, CO-14, FLT-1, FLT-5, FLT-6, FLT-8,
    /// FLT-10, FLT-12, GOT-1, GOT-2, GOT-3, GOT-4, GOT-6: every row of the table.
    fn every_cell_of_the_table_comes_out() {
        let cells = matrix::cells();
        assert_eq!(cells.len(), 18 + 6 + 9 + 9 + 18, "cells of the table");
        let wrong: Vec<String> =
            cells.into_iter().flat_map(|cell| matrix::check(&matrix::throwing(cell))).collect();
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

dual_test! {
    /// MOD-3, MOD-4, MOD-5, MOD-7: every scenario of the corpus comes out, leaks nothing, folds to
    /// its own picture after every step, and replays to the same journal. Each cites its own rules.
    fn every_scenario_comes_out() {
        let wrong: Vec<String> = sessionful_tests::corpus::ALL
            .iter()
            .flat_map(|(name, scenario, expected)| {
                sessionful_tests::corpus::check(name, scenario, expected)
            })
            .collect();
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
