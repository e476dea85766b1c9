//! Names of a configuration as names of a program: identifiers, each once.

use crate::config::{Config, ContractForm};
use sessionful::sim::{Act, Operand, Programs};
use std::collections::BTreeSet;

/// The names of everything that a program declares.
pub(super) struct Names {
    /// For each host: its variable, and the place of its contract among the different ones.
    pub hosts: Vec<(String, usize)>,
    /// The variable of each proxy.
    pub proxies: Vec<String>,
    /// The different contracts, with the names of their types and the place of a host that has it.
    pub contracts: Vec<(String, usize)>,
}

impl Names {
    pub(super) fn of(config: &Config) -> Names {
        let mut taken = BTreeSet::new();
        let mut contracts: Vec<(String, usize)> = Vec::new();
        let mut hosts = Vec::new();
        for (place, host) in config.hosts.iter().enumerate() {
            let same =
                |(_, other): &(String, usize)| config.hosts[*other].contract == host.contract;
            let contract = contracts.iter().position(same).unwrap_or_else(|| {
                let name = fresh(&camel(&host.contract.name), &mut taken);
                contracts.push((name, place));
                contracts.len() - 1
            });
            hosts.push((fresh(&lower(&format!("{} host", host.name)), &mut taken), contract));
        }
        let proxies =
            config.proxies.iter().map(|p| fresh(&lower(&format!("{} proxy", p.name)), &mut taken));
        Names { proxies: proxies.collect(), hosts, contracts }
    }
}

fn fresh(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut all = [name.to_owned()].into_iter().chain(numbered);
    let free = all.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

fn words(name: &str) -> Vec<String> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// `made by the host` as `MadeByTheHost`.
pub(super) fn camel(name: &str) -> String {
    let name: String = words(name).iter().map(|word| capital(word)).collect();
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        name
    } else {
        format!("X{name}")
    }
}

/// `made by the host` as `madeByTheHost`.
pub(super) fn lower(name: &str) -> String {
    let name = camel(name);
    let (first, rest) = name.split_at(1);
    first.to_ascii_lowercase() + rest
}

/// `madeByTheHost` as `made_by_the_host`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in lower(name).chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The parameters of an operation: as many as its program reads.
pub(super) fn parameters(programs: &Programs, operation: &str) -> Vec<&'static str> {
    const LETTERS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let program = programs.get(operation).map(Vec::as_slice).unwrap_or_default();
    let operands = program.iter().flat_map(|act| match act {
        Act::Compute(_, operand) => std::slice::from_ref(operand),
        Act::Return(operands)
        | Act::Callback(_, operands)
        | Act::Try(_, operands)
        | Act::Call(_, _, operands) => operands.as_slice(),
        _ => &[],
    });
    let count = operands.filter_map(|operand| match operand {
        Operand::Argument(number) => Some(*number),
        _ => None,
    });
    LETTERS[..count.max().unwrap_or(0).min(LETTERS.len())].to_vec()
}

/// What a simulated operation does, as a comment.
pub(super) fn told(programs: &Programs, operation: &str) -> Option<String> {
    let program = programs.get(operation).filter(|program| !program.is_empty())?;
    let acts: Vec<String> = program.iter().cloned().map(String::from).collect();
    Some(format!("// {}", acts.join("; ")))
}

/// The programs of a callback object: those of the first proxy that calls the host and has any.
pub(super) fn callbacks(config: &Config, host: usize) -> Programs {
    let proxies = config.proxies.iter().filter(|proxy| proxy.host == host);
    let mut programs = proxies.map(|proxy| &proxy.callback.operations);
    programs.find(|programs| !programs.is_empty()).cloned().unwrap_or_default()
}

/// Whether the service may call its callers.
pub(super) fn has_callback(contract: &ContractForm) -> bool {
    !contract.callback.is_empty()
}
