//! A panic becomes one message to whoever can still show it.

use std::cell::{Cell, RefCell};
use std::panic::PanicHookInfo;
use std::sync::Once;

type Listener = Box<dyn Fn(&str)>;

thread_local! {
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
    static TOLD: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Tells the first panic of this page or worker, with its place. After it nothing here works any
/// more, so a second one is only a consequence and is not told. Whoever listened before, the console
/// perhaps, goes on to be told.
///
/// The listener must not call anything of this library but what posts a message.
pub fn tell(listener: impl Fn(&str) + 'static) {
    listen(Box::new(listener));
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            before(panic);
            hear(panic);
        }));
    });
}

/// The same where nobody else can have listened. What the standard library does with a panic by
/// itself, writing to a console that a page does not have, is then no part of the program.
#[cfg(feature = "npm-client")]
pub(crate) fn tell_alone(listener: impl Fn(&str) + 'static) {
    listen(Box::new(listener));
    HOOK.call_once(|| std::panic::set_hook(Box::new(hear)));
}

fn listen(listener: Listener) {
    LISTENER.with_borrow_mut(|slot| *slot = Some(listener));
}

fn hear(panic: &PanicHookInfo<'_>) {
    if TOLD.replace(true) {
        return;
    }
    let message = panic.to_string();
    // A panic of the listener's own comes here while it is borrowed.
    LISTENER.with(|slot| {
        if let Ok(Some(listener)) = slot.try_borrow().as_deref() {
            listener(&message);
        }
    });
}
