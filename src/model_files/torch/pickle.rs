//! Pickles as data. A pickle is a program for a stack machine that may import and call anything; this
//! reader knows the instructions that a dictionary of tensors needs and seven names, builds plain
//! values from them, and refuses everything else. It never calls anything.
//!
//! No crate does this safely for files from outside: `candle_core::pickle` and `serde-pickle` copy
//! values when they are referred to again, so a file of 200 bytes can ask for 2^60 of them, and drop
//! deeply nested values by recursion. Here values lie in one list and refer to each other by place:
//! there is no copy, no recursion, and each instruction adds one value at most.

use super::storage::StorageType;

/// The longest pickle that is read; that of a network of a thousand layers has half a megabyte.
const LONGEST: usize = 16 << 20;

/// Place of a value.
pub(super) type Id = u32;

/// A value of a pickle. Texts are parts of the file.
#[derive(Debug)]
pub(super) enum Value<'f> {
    /// `None`, numbers with a point, byte strings: nothing that is needed.
    Other,
    /// `True`, `False` and whole numbers.
    Int(i64),
    /// A text.
    Text(&'f str),
    /// A tuple or `torch.Size`.
    Tuple(Vec<Id>),
    /// A list.
    List(Vec<Id>),
    /// A dictionary or `OrderedDict`, with its keys and values in turn.
    Dict(Vec<Id>),
    /// A name that may be referred to.
    Name(Name),
    /// What a persistent identifier names: a storage.
    Persistent(Id),
    /// A tensor.
    Tensor {
        /// Place of the storage.
        storage: Id,
        /// First value of the tensor in the storage.
        offset: i64,
        /// Place of the tuple of sides.
        sides: Id,
        /// Place of the tuple of distances between neighbours on each axis.
        strides: Id,
    },
}

/// The names that a file of weights may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    OrderedDict,
    RebuildTensor,
    RebuildParameter,
    Size,
    Storage(StorageType),
}

impl Name {
    fn of(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter") => Self::RebuildParameter,
            ("torch", "Size") => Self::Size,
            ("torch" | "torch.storage", name) => Self::Storage(StorageType::named(name)?),
            _ => return None,
        })
    }
}

/// A pickle that was read: all values, and the place of the result.
#[derive(Debug)]
pub(super) struct Pickle<'f> {
    values: Vec<Value<'f>>,
    /// The result.
    pub top: Id,
    /// Bytes that the pickle takes.
    pub length: usize,
}

impl<'f> Pickle<'f> {
    /// Reads the pickle at the beginning of `bytes`.
    ///
    /// # Errors
    /// One reason.
    pub(super) fn read(bytes: &'f [u8]) -> Result<Self, String> {
        let bytes = &bytes[..bytes.len().min(LONGEST)];
        let mut machine = Machine {
            rest: Reader { bytes, at: 0 },
            values: vec![Value::Other],
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
        };
        while !machine.step()? {}
        let top = machine.pop()?;
        Ok(Self { values: machine.values, top, length: machine.rest.at })
    }

    /// The value at a place.
    pub(super) fn get(&self, id: Id) -> &Value<'f> {
        &self.values[id as usize]
    }

    /// Number of values.
    pub(super) fn count(&self) -> Id {
        self.values.len() as Id
    }

    /// A whole number.
    pub(super) fn int(&self, id: Id) -> Option<i64> {
        match self.get(id) {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// A text.
    pub(super) fn text(&self, id: Id) -> Option<&'f str> {
        match self.get(id) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole numbers of a tuple or list, none of them negative.
    pub(super) fn sizes(&self, id: Id) -> Option<Vec<usize>> {
        let (Value::Tuple(items) | Value::List(items)) = self.get(id) else { return None };
        items.iter().map(|&i| usize::try_from(self.int(i)?).ok()).collect()
    }

    /// Keys and values of a dictionary.
    pub(super) fn entries(&self, id: Id) -> Option<impl Iterator<Item = (&'f str, Id)> + '_> {
        let Value::Dict(items) = self.get(id) else { return None };
        Some(items.chunks_exact(2).filter_map(|pair| Some((self.text(pair[0])?, pair[1]))))
    }
}

struct Reader<'f> {
    bytes: &'f [u8],
    at: usize,
}

impl<'f> Reader<'f> {
    fn take(&mut self, count: usize) -> Result<&'f [u8], String> {
        let end = self.at.checked_add(count).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or("its pickle is cut off or too long")?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self, width: usize) -> Result<u64, String> {
        Ok(self.take(width)?.iter().rev().fold(0, |sum, &b| sum << 8 | u64::from(b)))
    }

    fn text(&mut self, width: usize) -> Result<&'f str, String> {
        let length = self.number(width)?;
        let length = usize::try_from(length).map_err(|_| "a text in its pickle is too long")?;
        std::str::from_utf8(self.take(length)?).map_err(|_| "a text in its pickle is damaged".to_owned())
    }

    fn line(&mut self) -> Result<&'f str, String> {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|&b| b == b'\n').ok_or("its pickle is cut off")?;
        let line = self.take(end)?;
        self.at += 1;
        std::str::from_utf8(line).map_err(|_| "a name in its pickle is damaged".to_owned())
    }
}

struct Machine<'f> {
    rest: Reader<'f>,
    /// Place 0 is [`Value::Other`], for all of that kind.
    values: Vec<Value<'f>>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: Vec<Option<Id>>,
}

impl<'f> Machine<'f> {
    /// One instruction; whether it was the last.
    fn step(&mut self) -> Result<bool, String> {
        let code = self.rest.take(1)?[0];
        match code {
            0x80 => drop(self.rest.take(1)?),
            0x95 => drop(self.rest.take(8)?),
            b'.' => return Ok(true),
            b'(' => self.marks.push(self.stack.len()),
            b'N' => self.stack.push(0),
            0x88 => self.push(Value::Int(1))?,
            0x89 => self.push(Value::Int(0))?,
            b'K' => self.integer(1)?,
            b'M' => self.integer(2)?,
            b'J' => {
                let value = self.rest.number(4)? as u32 as i32;
                self.push(Value::Int(value.into()))?;
            }
            0x8a => {
                let width = self.rest.number(1)? as usize;
                let bytes = self.rest.take(width)?;
                let value = bytes.iter().take(8).rev().fold(0_u64, |sum, &b| sum << 8 | u64::from(b));
                let negative = width > 0 && width < 8 && bytes[width - 1] >= 0x80;
                let sign = if negative { u64::MAX << (8 * width) } else { 0 };
                self.push(if width <= 8 { Value::Int((value | sign) as i64) } else { Value::Other })?;
            }
            b'G' => {
                self.rest.take(8)?;
                self.stack.push(0);
            }
            b'C' | b'U' => {
                let length = self.rest.number(1)? as usize;
                self.bytes(length)?;
            }
            b'B' | b'T' => {
                let length = self.rest.number(4)? as usize;
                self.bytes(length)?;
            }
            0x8c => self.text(1)?,
            b'X' => self.text(4)?,
            0x8d => self.text(8)?,
            b']' => self.push(Value::List(Vec::new()))?,
            b'}' => self.push(Value::Dict(Vec::new()))?,
            b')' => self.push(Value::Tuple(Vec::new()))?,
            b't' => {
                let items = self.since_mark()?;
                self.push(Value::Tuple(items))?;
            }
            0x85..=0x87 => {
                let items = self.pop_many(usize::from(code - 0x84))?;
                self.push(Value::Tuple(items))?;
            }
            b'q' | b'r' => {
                let place = self.rest.number(if code == b'q' { 1 } else { 4 })? as usize;
                self.remember(place)?;
            }
            0x94 => self.remember(self.memo.len())?,
            b'h' | b'j' => {
                let place = self.rest.number(if code == b'h' { 1 } else { 4 })? as usize;
                let id = self.memo.get(place).copied().flatten();
                self.stack.push(id.ok_or("its pickle refers to a value that is not there")?);
            }
            b'c' => {
                let (module, name) = (self.rest.line()?, self.rest.line()?);
                self.name(module, name)?;
            }
            0x93 => {
                let name = self.pop()?;
                let module = self.pop()?;
                match (&self.values[module as usize], &self.values[name as usize]) {
                    (&Value::Text(module), &Value::Text(name)) => self.name(module, name)?,
                    _ => return Err("its pickle names something that is no text".into()),
                }
            }
            b'R' => self.reduce()?,
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::Persistent(id))?;
            }
            b'b' => {
                // Attributes of an OrderedDict: versions of layers, which are not needed.
                self.pop()?;
                let target = self.peek()?;
                if !matches!(self.values[target as usize], Value::Dict(_)) {
                    return Err(self.not_weights("it sets attributes of an object"));
                }
            }
            b'a' | b'e' => {
                let items = if code == b'a' { self.pop_many(1)? } else { self.since_mark()? };
                let target = self.peek()?;
                match &mut self.values[target as usize] {
                    Value::List(list) => list.extend(items),
                    _ => return Err("its pickle appends to something that is no list".into()),
                }
            }
            b's' | b'u' => {
                let items = if code == b's' { self.pop_many(2)? } else { self.since_mark()? };
                let target = self.peek()?;
                match &mut self.values[target as usize] {
                    Value::Dict(dict) if items.len() % 2 == 0 => dict.extend(items),
                    _ => return Err("its pickle puts items into something that is no dictionary".into()),
                }
            }
            other => {
                return Err(self.not_weights(&format!("it uses instruction {other:#04x} of pickles")));
            }
        }
        Ok(false)
    }

    fn push(&mut self, value: Value<'f>) -> Result<(), String> {
        let id = Id::try_from(self.values.len()).map_err(|_| "its pickle is too long")?;
        self.values.push(value);
        self.stack.push(id);
        Ok(())
    }

    fn integer(&mut self, width: usize) -> Result<(), String> {
        let value = self.rest.number(width)? as i64;
        self.push(Value::Int(value))
    }

    fn text(&mut self, width: usize) -> Result<(), String> {
        let text = self.rest.text(width)?;
        self.push(Value::Text(text))
    }

    /// A byte string. Files of Python 2 have their texts so.
    fn bytes(&mut self, length: usize) -> Result<(), String> {
        let bytes = self.rest.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(Value::Text(text)),
            Err(_) => {
                self.stack.push(0);
                Ok(())
            }
        }
    }

    fn name(&mut self, module: &str, name: &str) -> Result<(), String> {
        match Name::of(module, name) {
            Some(name) => self.push(Value::Name(name)),
            None => Err(self.not_weights(&format!("it refers to {module}.{name}"))),
        }
    }

    fn not_weights(&self, what: &str) -> String {
        format!(
            "{what}, which a file of weights does not need; nothing of it was executed; save the network's \
             state_dict, or export it to ONNX"
        )
    }

    /// What Python would call: only the makers of tensors and dictionaries, which are done here.
    fn reduce(&mut self) -> Result<(), String> {
        let (arguments, called) = (self.pop()?, self.pop()?);
        let Value::Tuple(arguments) = &self.values[arguments as usize] else {
            return Err("its pickle calls something without a tuple of arguments".into());
        };
        let Value::Name(name) = self.values[called as usize] else {
            return Err(self.not_weights("it calls a value"));
        };
        let value = match (name, &arguments[..]) {
            (Name::OrderedDict, []) => Value::Dict(Vec::new()),
            (Name::RebuildTensor, &[storage, offset, sides, strides, ..]) => {
                let Value::Int(offset) = self.values[offset as usize] else {
                    return Err("a tensor in its pickle has no offset".into());
                };
                Value::Tensor { storage, offset, sides, strides }
            }
            (Name::RebuildParameter, &[tensor, ..]) => {
                self.stack.push(tensor);
                return Ok(());
            }
            (Name::Size, &[sides]) => {
                self.stack.push(sides);
                return Ok(());
            }
            _ => {
                return Err(
                    self.not_weights(&format!("it calls {name:?} with {} arguments", arguments.len()))
                );
            }
        };
        self.push(value)
    }

    fn remember(&mut self, place: usize) -> Result<(), String> {
        let id = self.peek()?;
        // A place is a number of values that were remembered before.
        if place > self.rest.at {
            return Err("its pickle remembers a value at a place that cannot be".into());
        }
        if place >= self.memo.len() {
            self.memo.resize(place + 1, None);
        }
        self.memo[place] = Some(id);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id, String> {
        self.stack.pop().ok_or_else(|| "its pickle takes a value that is not there".to_owned())
    }

    fn peek(&self) -> Result<Id, String> {
        self.stack.last().copied().ok_or_else(|| "its pickle takes a value that is not there".to_owned())
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<Id>, String> {
        let from = self.stack.len().checked_sub(count);
        let from = from.ok_or("its pickle takes a value that is not there")?;
        Ok(self.stack.split_off(from))
    }

    fn since_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len());
        Ok(self.stack.split_off(mark.ok_or("its pickle has no beginning of a list")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> String {
        Pickle::read(bytes).unwrap_err()
    }

    #[test]
    fn dictionaries_and_shared_values_are_read() {
        // {'a': (1, -2), 'b': the same tuple}
        let bytes =
            b"\x80\x02}q\x00(X\x01\x00\x00\x00aK\x01J\xfe\xff\xff\xff\x86q\x01X\x01\x00\x00\x00bh\x01u.rest";
        let pickle = Pickle::read(bytes).unwrap();
        assert_eq!(pickle.length, bytes.len() - 4);
        let entries: Vec<_> = pickle.entries(pickle.top).unwrap().collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].1, entries[1].1);
        let Value::Tuple(items) = pickle.get(entries[0].1) else { panic!("no tuple") };
        assert_eq!(items.iter().map(|&i| pickle.int(i)).collect::<Vec<_>>(), [Some(1), Some(-2)]);
    }

    #[test]
    fn nothing_is_called() {
        let message = refused(b"cos\nsystem\n(X\x04\x00\x00\x00truetR.");
        assert!(
            message.starts_with("it refers to os.system") && message.contains("nothing of it was executed")
        );
        let stacked = b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.";
        assert!(refused(stacked).starts_with("it refers to builtins.eval"));
        assert!(refused(b"(X\x04\x00\x00\x00trueios\nsystem\n.").contains("instruction 0x69"));
        assert!(refused(b"ctorch._utils\n_rebuild_tensor_v2\n)R.").contains("0 arguments"));
    }

    #[test]
    fn bombs_cost_what_their_bytes_do() {
        // Each list holds the one before twice: 2^1000 values if they were copied.
        let mut bytes = b"]q\x00".to_vec();
        for _ in 0..1000 {
            bytes.extend(b"](h\x00h\x00eq\x00");
        }
        bytes.push(b'.');
        assert!(Pickle::read(&bytes).unwrap().values.len() < 2000);
        // A million tuples inside each other, dropped without recursion.
        let mut nested = b")".to_vec();
        nested.resize(1_000_000, 0x85);
        nested.push(b'.');
        assert!(Pickle::read(&nested).is_ok());
        assert!(refused(b"K\x01r\xff\xff\xff\xff.").contains("place"));
        assert!(refused(b"X\xff\xff\xff\xffa").contains("cut off"));
        assert!(refused(b"R.").contains("not there"));
    }
}
