use sessionful::{Context, service_contract};

#[service_contract(callback = "SampleCallback")]
trait Sample {
    async fn add(&self, at: &Context);
}

fn main() {}
