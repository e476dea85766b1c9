use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(&self, value: f64);

    async fn clear(&self);

    async fn plus(&self, at: Context);
}

fn main() {}
