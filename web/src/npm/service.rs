//! The user's JavaScript behind an end: services, callback objects, and who has a say.

use crate::language::{read_fault, write_body, write_fault};
use crate::value::hold;
use bytes::Bytes;
use futures::channel::oneshot;
use futures::future::{FutureExt, LocalBoxFuture, ready};
use sessionful::drive::{Authorizer, ErrorHandler, InstanceProvider};
use sessionful::ids::{InstanceId, OperationId};
use sessionful::table::Series;
use sessionful::{Context, Failure, Fault, Service};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// What the package's JavaScript does for an end. `at` names the operation in progress.
    #[derive(Clone)]
    pub type Users;

    /// Carries out an operation. What it throws is caught over there, where that costs next to
    /// nothing; `outcomeOf` tells what came of it.
    #[wasm_bindgen(method)]
    fn invoke(
        this: &Users,
        object: &JsValue,
        operation: u16,
        arguments: JsValue,
        at: u32,
    ) -> JsValue;

    /// Makes a service object; see `outcomeOf`.
    #[wasm_bindgen(method)]
    fn create(this: &Users, at: u32) -> JsValue;

    #[wasm_bindgen(method, catch)]
    fn release(this: &Users, object: &JsValue, dispose: bool) -> Result<(), JsValue>;

    /// Whether a caller is let in; see `outcomeOf`.
    #[wasm_bindgen(method)]
    fn authorize(this: &Users, at: u32) -> JsValue;

    /// What a thrown value is: a fault as an object, or anything else as a text.
    #[wasm_bindgen(method)]
    fn failure(this: &Users, thrown: &JsValue) -> JsValue;

    #[wasm_bindgen(method, catch, js_name = provideFault)]
    fn provide_fault(this: &Users, failure: &JsValue, at: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = handleError)]
    fn handle_error(this: &Users, failure: &JsValue, at: u32) -> Result<bool, JsValue>;

    /// Whether a result is there, comes [`LATER`] by `settle`, or was [`THROWN`].
    #[wasm_bindgen(method, js_name = outcomeOf)]
    fn outcome_of(this: &Users, result: &JsValue) -> u32;

    #[wasm_bindgen(method, js_name = thrownBy)]
    fn thrown_by(this: &Users, result: &JsValue) -> JsValue;
}

const LATER: u32 = 1;
const THROWN: u32 = 2;

type Outcome = Result<JsValue, JsValue>;

/// The user's code, and what it is busy with.
pub(super) struct Desk {
    pub users: Users,
    last: Cell<u32>,
    contexts: RefCell<Series<u32, Context>>,
    awaited: RefCell<Series<u32, oneshot::Sender<Outcome>>>,
}

impl Desk {
    pub(super) fn new(users: Users) -> Rc<Desk> {
        let (contexts, awaited) = (RefCell::default(), RefCell::default());
        Rc::new(Desk { users, last: Cell::new(0), contexts, awaited })
    }

    pub(super) fn context(&self, at: u32) -> Option<Context> {
        self.contexts.borrow().get(&at).cloned()
    }

    /// The result of what the user's code is busy with.
    pub(super) fn settle(&self, at: u32, outcome: Outcome) {
        let awaited = self.awaited.borrow_mut().remove(&at);
        if let Some(awaited) = awaited {
            let _ = awaited.send(outcome); // the operation may be over: its session broke
        }
    }

    /// Nobody tells any more what comes of what the user's code is busy with: its operations end.
    pub(super) fn forget(&self) {
        let awaited = self.awaited.take();
        drop(awaited); // not while borrowed
    }

    /// Gives the user's code a name for what it does, for as long as that takes.
    fn enter(self: &Rc<Self>, at: Option<&Context>) -> Visit {
        let number = self.last.get().wrapping_add(1).max(1);
        self.last.set(number);
        if let Some(at) = at {
            self.contexts.borrow_mut().insert(number, at.clone());
        }
        Visit { desk: Rc::clone(self), number }
    }

    fn failure(&self, thrown: &JsValue) -> Failure {
        let failure = self.users.failure(thrown);
        match failure.as_string() {
            Some(text) => Failure::Unhandled(text),
            None => read_fault(&failure)
                .map_or_else(|why| Failure::Unhandled(why.to_string()), Failure::Fault),
        }
    }
}

struct Visit {
    desk: Rc<Desk>,
    number: u32,
}

impl Visit {
    /// The outcome of a call to the user's code, now or later.
    fn outcome(self, result: JsValue) -> LocalBoxFuture<'static, Outcome> {
        match self.desk.users.outcome_of(&result) {
            LATER => {}
            THROWN => return ready(Err(self.desk.users.thrown_by(&result))).boxed_local(),
            _ => return ready(Ok(result)).boxed_local(),
        }
        let (sender, receiver) = oneshot::channel();
        self.desk.awaited.borrow_mut().insert(self.number, sender);
        async move {
            let outcome = receiver.await;
            drop(self);
            outcome.unwrap_or_else(|_| Err("the host is gone".into()))
        }
        .boxed_local()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let context = self.desk.contexts.borrow_mut().remove(&self.number);
        let awaited = self.desk.awaited.borrow_mut().remove(&self.number);
        drop((context, awaited)); // not while borrowed
    }
}

/// A service object of the user's.
pub(super) struct JsService {
    pub desk: Rc<Desk>,
    pub object: JsValue,
}

impl Service for JsService {
    fn call(
        self: Rc<Self>,
        at: Context,
        operation: OperationId,
        body: Bytes,
    ) -> LocalBoxFuture<'static, Result<Bytes, Failure>> {
        let visit = self.desk.enter(Some(&at));
        let arguments = write_body(&body);
        let result = self.desk.users.invoke(&self.object, operation.0, arguments, visit.number);
        let outcome = visit.outcome(result);
        async move {
            match outcome.await {
                Ok(value) => Ok(hold(value)),
                Err(thrown) => Err(self.desk.failure(&thrown)),
            }
        }
        .boxed_local()
    }
}

/// Makes service objects by the user's class or function.
pub(super) struct JsInstances {
    desk: Rc<Desk>,
    objects: Rc<RefCell<Series<InstanceId, JsValue>>>,
}

impl JsInstances {
    pub(super) fn new(desk: Rc<Desk>) -> JsInstances {
        JsInstances { desk, objects: Rc::default() }
    }
}

impl InstanceProvider for JsInstances {
    fn get(
        &self,
        instance: InstanceId,
        at: Option<&Context>,
    ) -> LocalBoxFuture<'static, Result<Option<Rc<dyn Service>>, Failure>> {
        let (desk, objects) = (Rc::clone(&self.desk), Rc::clone(&self.objects));
        let visit = desk.enter(at);
        let result = desk.users.create(visit.number);
        let outcome = visit.outcome(result);
        async move {
            match outcome.await {
                Ok(object) if object.is_undefined() || object.is_null() => Ok(None),
                Ok(object) => {
                    objects.borrow_mut().insert(instance, object.clone());
                    Ok(Some(Rc::new(JsService { desk, object }) as Rc<dyn Service>))
                }
                Err(thrown) => Err(desk.failure(&thrown)),
            }
        }
        .boxed_local()
    }

    fn release(&self, instance: InstanceId, _object: Rc<dyn Service>, dispose: bool) {
        // What is not disposed of now will be, with the host (INST-21).
        let object = match dispose {
            true => self.objects.borrow_mut().remove(&instance),
            false => self.objects.borrow().get(&instance).cloned(),
        };
        if let Some(object) = object {
            let _ = self.desk.users.release(&object, dispose); // what it throws is told over there
        }
    }
}

pub(super) struct JsAuthorizer(pub Rc<Desk>);

impl Authorizer for JsAuthorizer {
    fn authorize(&self, at: &Context) -> LocalBoxFuture<'static, bool> {
        let visit = self.0.enter(Some(at));
        let result = self.0.users.authorize(visit.number);
        visit.outcome(result).map(|outcome| outcome.is_ok_and(|yes| yes.is_truthy())).boxed_local()
    }
}

pub(super) struct JsErrors(pub Rc<Desk>);

impl ErrorHandler for JsErrors {
    fn provide_fault(&self, failure: &Failure, at: &Context) -> Option<Fault> {
        let visit = self.0.enter(Some(at));
        let provided = self.0.users.provide_fault(&shown(failure), visit.number).ok()?;
        read_fault(&provided).ok()
    }

    fn handle_error(&self, failure: &Failure, at: &Context) -> bool {
        let visit = self.0.enter(Some(at));
        self.0.users.handle_error(&shown(failure), visit.number).unwrap_or_default()
    }
}

/// A failure as the user's handlers see it: a fault as an object, anything else as a text.
fn shown(failure: &Failure) -> JsValue {
    match failure {
        Failure::Fault(fault) => write_fault(fault),
        Failure::Unhandled(text) => text.as_str().into(),
    }
}
