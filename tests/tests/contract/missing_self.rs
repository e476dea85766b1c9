use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(at: &Context, value: f64);
}

fn main() {}
