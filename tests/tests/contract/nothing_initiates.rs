use sessionful::{Context, service_contract};

#[service_contract(session = "required")]
trait Sample {
    #[operation(initiating = false)]
    async fn go_on(&self, at: &Context);

    #[operation(initiating = false, terminating)]
    async fn end(&self, at: &Context);
}

fn main() {}
