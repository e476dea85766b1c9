use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(&self, at: &Context, _: f64);
}

fn main() {}
