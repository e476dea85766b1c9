use sessionful::{Context, Failure, service_contract};

#[service_contract]
trait Sample {
    async fn add(&self, at: &Context, name: &str);

    async fn plus(&self, at: &Context, name: Vec<std::borrow::Cow<'_, str>>);

    async fn minus(&self, at: &Context, value: impl Copy);

    async fn name(&self, at: &Context) -> Result<&str, Failure>;
}

fn main() {}
