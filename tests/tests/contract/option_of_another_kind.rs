use sessionful::{Context, service_contract};

#[service_contract(session = "always")]
trait Sample {
    #[operation(name = 1, one_way = "yes", action = "")]
    async fn tell(&self, at: &Context);

    #[operation(fault = "TooLoud")]
    async fn shout(&self, at: &Context);
}

fn main() {}
