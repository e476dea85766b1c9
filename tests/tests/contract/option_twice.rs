use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    #[operation(one_way, one_way = false)]
    async fn tell(&self, at: &Context);
}

fn main() {}
