use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    #[operation(initiating = false)]
    async fn go_on(&self, at: &Context);

    #[operation(terminating)]
    async fn end(&self, at: &Context);
}

fn main() {}
