//! State that users hang on operations, contexts, sessions and hosts (`CTX-7`).

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

/// Values by their types, one of each. Clones share the same values.
///
/// They live as long as their owner: an operation, an instance context, a session or a host.
///
/// ```
/// use sessionful::drive::Extensions;
/// use std::cell::Cell;
///
/// let extensions = Extensions::default();
/// let hits = extensions.get_or_insert_with(|| Cell::new(0));
/// hits.set(hits.get() + 1);
/// assert_eq!(extensions.get::<Cell<i32>>().map(|hits| hits.get()), Some(1));
/// assert!(extensions.get::<String>().is_none());
/// ```
#[derive(Clone, Default)]
pub struct Extensions(Rc<RefCell<Vec<Value>>>);

type Value = (TypeId, Rc<dyn Any>);

impl Extensions {
    /// The value of a type, if there is one.
    pub fn get<T: 'static>(&self) -> Option<Rc<T>> {
        self.find(TypeId::of::<T>())?.downcast().ok()
    }

    /// Puts a value in, in place of the one of the same type, which comes back.
    pub fn insert<T: 'static>(&self, value: T) -> Option<Rc<T>> {
        self.replace(TypeId::of::<T>(), Some(Rc::new(value)))?.downcast().ok()
    }

    /// The value of a type; it is made if there is none.
    pub fn get_or_insert_with<T: 'static>(&self, make: impl FnOnce() -> T) -> Rc<T> {
        if let Some(value) = self.get() {
            return value;
        }
        // Nothing is borrowed while foreign code makes the value.
        let value = Rc::new(make());
        drop(self.replace(TypeId::of::<T>(), Some(Rc::<T>::clone(&value))));
        value
    }

    /// Takes a value out.
    pub fn remove<T: 'static>(&self) -> Option<Rc<T>> {
        self.replace(TypeId::of::<T>(), None)?.downcast().ok()
    }

    // An owner has a handful of values: nothing is faster than to look at each.

    fn find(&self, id: TypeId) -> Option<Rc<dyn Any>> {
        let values = self.0.borrow();
        values.iter().find(|(other, _)| *other == id).map(|(_, value)| Rc::clone(value))
    }

    /// Puts a value in or takes it out; the one before.
    fn replace(&self, id: TypeId, value: Option<Rc<dyn Any>>) -> Option<Rc<dyn Any>> {
        let mut values = self.0.borrow_mut();
        let place = values.iter().position(|(other, _)| *other == id);
        let old = place.map(|place| values.swap_remove(place).1);
        values.extend(value.map(|value| (id, value)));
        old
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Extensions({})", self.0.borrow().len())
    }
}
