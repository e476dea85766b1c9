use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    #[operation(one_way, reply_action = "told")]
    async fn tell(&self, at: &Context);
}

fn main() {}
