use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    fn add(&self, at: &Context) -> f64;
}

fn main() {}
