//! Random scripts over random services: whatever happens, the books balance.

use sessionful::sim::{Random, Run};
use sessionful_tests::{dual_test, play};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn pick<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    let at = random.below(from.len() as u64);
    from[usize::try_from(at).unwrap_or(0)]
}

fn service(random: &mut Random) -> Run {
    let modes = ["single", "reentrant", "multiple"];
    let binding = pick(random, &["websocket", "websocket", "fetch"]);
    let instancing = pick(random, &["perCall", "perSession", "single"]);
    let (concurrency, callback) = (pick(random, &modes), pick(random, &modes));
    let flag = |random: &mut Random| random.below(4) == 0;
    let (handlers, custom, manual) = (flag(random), flag(random), flag(random));
    let (slots, jitter) = (1 + random.below(3), random.below(3) * 400_000);
    let back = match binding {
        "fetch" => "",
        _ => {
            r#", callback = { name = "Back", operations = [{ name = "note", oneWay = true }, { name = "ask" }, { name = "last", oneWay = true }] }"#
        }
    };
    let mode = match binding {
        "fetch" => String::new(),
        _ => format!(r#", callback = {{ concurrency = "{callback}" }}"#),
    };
    let proxy = |rules: &str| {
        format!(
            r#"host = "H"
            options = {{ rules = "{rules}"{mode} }}
            weather = {{ jitterUs = {jitter} }}
            callback.operations = {{ note = ["work 1s"], ask = ["try ping", "return answer"] }}"#
        )
    };
    let (a, b, c) = (proxy("wws"), proxy("wcf"), proxy("wws"));
    play::begin(&format!(
        r#"
        [hosts.H]
        binding = "{binding}"
        behavior = {{ instancing = "{instancing}", concurrency = "{concurrency}", errorHandlers = {handlers}, customContexts = {custom}, automaticSessionShutdown = {shutdown}, throttles = {{ calls = {{ slots = {slots} }}, sessions = {{ slots = 2 }}, instances = {{ slots = 2 }} }} }}
        contract = {{ name = "Svc", operations = [{{ name = "ping" }}, {{ name = "slow" }}, {{ name = "bad" }}, {{ name = "meant" }}, {{ name = "note", oneWay = true }}, {{ name = "lost", oneWay = true }}, {{ name = "ask" }}, {{ name = "tell" }}, {{ name = "end" }}, {{ name = "cut" }}, {{ name = "drop" }}]{back} }}
        service.leaseUs = 3000000
        service.operations = {{ slow = ["work 2s", "add 1"], bad = ["throw it"], meant = ["fault It"], note = ["work 1s"], lost = ["throw it"], ask = ["callback ask", "work 1s"], tell = ["callback note", "work 1s"], end = ["close"], cut = ["abort"], drop = ["release"] }}
        [proxies.A]
        {a}
        [proxies.B]
        {b}
        [proxies.C]
        {c}
        "#,
        shutdown = !manual,
    ))
}

fn step(random: &mut Random, number: usize) -> String {
    let calls =
        ["ping", "slow", "bad", "meant", "note", "lost", "ask", "tell", "end", "cut", "drop"];
    let commands = [
        "open",
        "open",
        "close",
        "abort",
        "reset",
        "abandon all",
        "link cut",
        "link hold",
        "link release",
        "link partition",
        "link heal",
    ];
    let who = pick(random, &["A", "B", "C"]);
    match random.below(10) {
        0..=4 => {
            let (call, key) = (pick(random, &calls), pick(random, &["x", "y"]));
            format!("start l{number} {who} call {call} context:{key} timeout=5s")
        }
        5..=6 => format!("start l{number} {who} {}", pick(random, &commands)),
        7 if random.below(8) == 0 => {
            format!("start l{number} H {}", pick(random, &["close", "abort", "open"]))
        }
        7 => "settle".to_owned(),
        _ => format!("advance {}", pick(random, &["300ms", "1s", "2s", "12s"])),
    }
}

/// Everything is ended in the end: what is left over then, and what came before.
fn storm(seed: u64) -> Result<(), String> {
    let mut random = Random::new(seed);
    let mut run = service(&mut random);
    for opening in ["H open", "start a A open", "start b B open", "start c C open"] {
        play::take(&mut run, opening);
    }
    for number in 0..40 {
        let step = step(&mut random, number);
        play::take(&mut run, &step);
        if let Some(difference) = run.world.picture_difference() {
            return Err(format!("{difference}\nafter {:#?}", run.outcomes));
        }
    }
    let leaks = run.leaks();
    if !leaks.is_empty() {
        return Err(format!("leaks {leaks:?} after {:#?}", run.outcomes));
    }
    for end in [
        "A link heal",
        "B link heal",
        "C link heal",
        "A link release",
        "B link release",
        "C link release",
        "A abort",
        "B abort",
        "C abort",
        "A close",
        "B close",
        "C close",
        "H abort",
        "advance 60m",
    ] {
        play::take(&mut run, end);
    }
    let host = run.world.node("H").and_then(|node| run.world.host(node)).map(|host| host.counts);
    match host {
        Some(counts)
            if counts.objects == counts.disposed && counts.contexts == counts.contexts_closed =>
        {
            Ok(())
        }
        counts => Err(format!("{counts:?} after {:#?}", run.outcomes)),
    }
}

dual_test! {
    /// INST-15, INST-16, INST-18, SESS-21, FLT-10, CALL-11, MOD-7: after forty random steps over a random
    /// service every slot, gate, context and object is given back, each object once, and the events
    /// still tell the whole state.
    fn storms_leave_nothing_behind() {
        for seed in 0..300 {
            if let Err(wrong) = storm(seed) {
                panic!("storm {seed}: {wrong}");
            }
        }
    }
}
