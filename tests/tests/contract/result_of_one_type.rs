use sessionful::{Context, service_contract};

#[service_contract]
trait Sample {
    async fn read(&self, at: &Context) -> std::io::Result<String>;
}

fn main() {}
