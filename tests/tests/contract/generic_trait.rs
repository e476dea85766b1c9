use sessionful::{Context, service_contract};

#[service_contract]
trait Sample<T> {
    async fn add(&self, at: &Context, value: T);
}

fn main() {}
