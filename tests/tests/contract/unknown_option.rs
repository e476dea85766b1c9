use sessionful::{Context, service_contract};

#[service_contract(sesion = "required")]
trait Sample {
    #[operation(oneway)]
    async fn tell(&self, at: &Context);

    #[operation(colour = "blue")]
    async fn paint(&self, at: &Context);
}

fn main() {}
