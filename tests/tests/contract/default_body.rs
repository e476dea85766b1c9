use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(&self, _at: &Context) {}
}

fn main() {}
