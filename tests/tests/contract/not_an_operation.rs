use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    const LIMIT: u32;

    async fn new(&self, at: &Context);

    #[cfg(unix)]
    async fn unix(&self, at: &Context);
}

fn main() {}
