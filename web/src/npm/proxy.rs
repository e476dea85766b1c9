//! A service proxy of the package's.

#[cfg(feature = "npm")]
use super::context::CoreContext;
#[cfg(feature = "npm")]
use super::feed::{CoreTap, Watcher, watcher};
use super::link::CoreLink;
use super::options::{self, span};
#[cfg(not(feature = "npm"))]
use super::plain::{CoreTap, Users, Watcher, watcher};
#[cfg(feature = "npm")]
use super::service::{Desk, JsService, Users};
use super::{phase_number, promise, run, thrown};
use crate::habitat::BrowserClock;
use crate::language::{Spelling, write_body};
use crate::value::hold;
use futures::StreamExt;
use js_sys::{Array, Promise};
use sessionful::action::Reply;
use sessionful::drive::{CallOptions, ProxyBuilder, ProxyHandle};
use sessionful::ids::{CallId, DispatchId, OperationId};
use sessionful::table::Series;
use sessionful::{Header, ProxyError, Shape};
use std::cell::RefCell;
use std::rc::Rc;
#[cfg(feature = "npm")]
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Where the calls of a proxy end.
    pub type Settle;

    /// What came beside a result, before the call is resolved: names and values by turns.
    #[wasm_bindgen(method)]
    fn headers(this: &Settle, call: u32, texts: Array);

    #[wasm_bindgen(method)]
    fn resolve(this: &Settle, call: u32, value: JsValue);

    #[wasm_bindgen(method)]
    fn reject(this: &Settle, call: u32, error: JsValue);
}

/// A proxy, its calls ending in one place.
#[wasm_bindgen]
pub struct CoreProxy {
    handle: ProxyHandle<BrowserClock, Watcher>,
    settle: Rc<Settle>,
    spelling: Spelling,
    /// The calls that may be given up one by one.
    stops: Rc<RefCell<Series<u32, CallId>>>,
    #[cfg(feature = "npm")]
    desk: Rc<Desk>,
}

#[wasm_bindgen]
impl CoreProxy {
    /// A proxy as configured, over a link. `users` serve its callback contract, if it has one.
    ///
    /// Without the feature `npm` there are neither callbacks nor taps, though the parameters stay:
    /// one glue of JavaScript serves both builds.
    #[wasm_bindgen(constructor)]
    pub fn new(
        config: JsValue,
        link: &CoreLink,
        settle: Settle,
        users: Option<Users>,
        tap: Option<CoreTap>,
    ) -> Result<CoreProxy, JsValue> {
        let (to, options) = options::proxy(&config)?;
        let limits = to.binding.limits;
        let selected = to.binding.select(&[&to.contract]);
        let sessionful = selected.is_ok_and(|selected| selected.shape == Shape::DuplexSession);
        let language = link.language(limits, sessionful);
        let spelling = language.spelling();
        let builder = ProxyBuilder::new(to).options(options).watch(watcher(tap));
        // Nobody calls the object of a proxy without users; a driver that knows it has none would be
        // another driver to load.
        #[cfg(feature = "npm")]
        let (builder, desk) = {
            let desk = Desk::new(users.unwrap_or_else(|| JsValue::UNDEFINED.unchecked_into()));
            let object = JsService { desk: Rc::clone(&desk), object: JsValue::UNDEFINED };
            (builder.callback(Rc::new(object)), desk)
        };
        #[cfg(not(feature = "npm"))]
        drop(users);
        let built = builder.build(BrowserClock, link.way(limits), language);
        let (handle, driver) = built.map_err(|error| thrown(&error))?;
        run(driver);
        let (settle, stops) = (Rc::new(settle), Rc::<RefCell<Series<_, _>>>::default());
        let (mut ends, place, given_up) =
            (handle.completions(), Rc::clone(&settle), Rc::clone(&stops));
        run(async move {
            while let Some((call, ended)) = ends.next().await {
                let call = call as u32; // it was one
                given_up.borrow_mut().remove(&call);
                end(&place, call, ended);
            }
        });
        Ok(CoreProxy {
            handle,
            settle,
            spelling,
            stops,
            #[cfg(feature = "npm")]
            desk,
        })
    }

    /// Opens it.
    pub fn open(&self) -> Promise {
        let handle = self.handle.clone();
        promise(async move { done(handle.open().await) })
    }

    /// Closes it in good order.
    pub fn close(&self) -> Promise {
        let handle = self.handle.clone();
        promise(async move { done(handle.close().await) })
    }

    /// Ends everything at once.
    pub fn abort(&self) {
        self.handle.abort();
    }

    /// Makes it new again.
    pub fn reset(&self) -> Result<(), JsValue> {
        self.handle.reset().map_err(|error| thrown(&error))
    }

    /// Gives up a group of calls.
    pub fn abandon(&self, group: u32) -> Result<(), JsValue> {
        self.handle.abandon(group).map_err(|error| thrown(&error))
    }

    /// The number of its phase.
    #[wasm_bindgen(getter)]
    pub fn phase(&self) -> u8 {
        phase_number(self.handle.phase())
    }

    /// How many calls are pending.
    #[wasm_bindgen(getter)]
    pub fn pending(&self) -> u32 {
        u32::try_from(self.handle.pending_calls()).unwrap_or(u32::MAX)
    }

    /// Calls an operation with nothing but its arguments.
    pub fn call(&self, call: u32, operation: u16, arguments: JsValue) -> Result<(), JsValue> {
        self.begin(call, operation, arguments, CallOptions::default()).map(|_| ())
    }

    /// Calls an operation with more than that; `within` is the operation of the callback object that
    /// makes the call, if one does.
    #[expect(clippy::too_many_arguments, reason = "numbers cross for nothing, objects do not")]
    #[wasm_bindgen(js_name = callWith)]
    pub fn call_with(
        &self,
        call: u32,
        operation: u16,
        arguments: JsValue,
        group: u32,
        millis: Option<f64>,
        headers: Option<Array>,
        within: Option<u32>,
    ) -> Result<(), JsValue> {
        let within = within.and_then(|at| self.dispatch(at));
        let headers = headers.as_ref().map(given_headers).unwrap_or_default();
        let timeout = millis.map(span);
        let options = CallOptions { group, timeout, headers, within };
        if let Some(begun) = self.begin(call, operation, arguments, options)? {
            self.stops.borrow_mut().insert(call, begun);
        }
        Ok(())
    }

    /// Gives up one call that was made by `callWith`.
    pub fn stop(&self, call: u32) {
        let begun = self.stops.borrow_mut().remove(&call);
        if let Some(begun) = begun {
            self.handle.give_up(begun);
            end(&self.settle, call, Err(ProxyError::Abandoned));
        }
    }

    /// An operation of the callback object in progress.
    #[cfg(feature = "npm")]
    pub fn context(&self, at: u32) -> Option<CoreContext> {
        self.desk.context(at).map(CoreContext)
    }

    /// The result of what the callback object promised.
    #[cfg(feature = "npm")]
    #[wasm_bindgen(js_name = settleCallback)]
    pub fn settle_callback(&self, at: u32, succeeded: bool, value: JsValue) {
        self.desk.settle(at, if succeeded { Ok(value) } else { Err(value) });
    }

    /// What is left over although nothing is in progress.
    pub fn leaks(&self) -> Vec<String> {
        self.handle.leaks()
    }

    /// What exists now.
    #[cfg(feature = "npm")]
    pub fn snapshot(&self) -> JsValue {
        thrown(&self.handle.with(sessionful::observe::End::of_proxy))
    }
}

impl CoreProxy {
    #[cfg(feature = "npm")]
    fn dispatch(&self, at: u32) -> Option<DispatchId> {
        Some(self.desk.context(at)?.dispatch())
    }

    #[cfg(not(feature = "npm"))]
    fn dispatch(&self, _at: u32) -> Option<DispatchId> {
        None // nothing is served
    }

    fn begin(
        &self,
        call: u32,
        operation: u16,
        arguments: JsValue,
        options: CallOptions,
    ) -> Result<Option<CallId>, JsValue> {
        let body = hold(self.spelling.settle(arguments)?);
        let begun = self.handle.submit(call.into(), OperationId(operation), body, options);
        Ok(begun.map_err(|stopped| end(&self.settle, call, Err(stopped))).ok())
    }
}

#[cfg(feature = "npm")]
impl Drop for CoreProxy {
    fn drop(&mut self) {
        self.desk.forget();
    }
}

fn end(settle: &Settle, call: u32, ended: Result<Reply, ProxyError>) {
    match ended {
        Ok(answer) => {
            if !answer.headers.is_empty() {
                settle.headers(call, told_headers(&answer.headers));
            }
            settle.resolve(call, write_body(&answer.body));
        }
        Err(error) => settle.reject(call, thrown(&error)),
    }
}

fn done(result: Result<(), ProxyError>) -> Result<JsValue, JsValue> {
    result.map(|()| JsValue::UNDEFINED).map_err(|error| thrown(&error))
}

/// Headers as the package gets them: names and values by turns.
pub(super) fn told_headers(headers: &[Header]) -> Array {
    let pairs = headers.iter().flat_map(|header| [header.name.as_str(), header.value.as_str()]);
    pairs.map(JsValue::from).collect()
}

/// Headers as the package gives them: names and values by turns.
fn given_headers(texts: &Array) -> Vec<Header> {
    let text = |at| texts.get(at).as_string().unwrap_or_default().into();
    let header = |at| Header { name: text(at), value: text(at + 1), must_understand: false };
    (0..texts.length()).step_by(2).map(header).collect()
}
