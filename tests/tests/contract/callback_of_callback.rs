use sessionful::{Context, service_contract};

#[service_contract(callback = Middle)]
trait Sample {
    async fn add(&self, at: &Context);
}

#[service_contract(callback = Inner)]
trait Middle {
    async fn middle(&self, at: &Context);
}

#[service_contract]
trait Inner {
    async fn inner(&self, at: &Context);
}

fn main() {}
