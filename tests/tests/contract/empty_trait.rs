use sessionful::service_contract;

#[service_contract]
trait Sample {}

fn main() {}
