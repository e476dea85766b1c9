use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add_to(&self, at: &Context);

    #[operation(name = "addTo")]
    async fn add(&self, at: &Context);

    async fn addTo(&self, at: &Context);
}

fn main() {}
