use sessionful::service_contract;

#[service_contract]
struct Sample;

fn main() {}
