use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    #[operation(one_way)]
    async fn tell(&self, at: &Context) -> f64;
}

fn main() {}
