use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(self, at: &Context);

    async fn plus(&mut self, at: &Context);
}

fn main() {}
