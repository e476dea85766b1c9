use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn add<T>(&self, at: &Context, value: T);

    async fn plus(&self, at: &Context, value: u8)
    where
        u8: Copy;
}

fn main() {}
