use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add(&self, at: &Context);

    #[operation(action = "Sample/add")]
    async fn plus(&self, at: &Context);
}

fn main() {}
