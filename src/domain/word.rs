//! Words: values that are one of a few, each in one table.
//!
//! A table gives the type, what each value means, the number that messages and the log store for it,
//! and the name that people see. A test holds every table against the compiled protos.

/// A value that is one of a few.
pub trait Word: Copy + Eq + 'static {
    /// Every value, in the order of the table.
    const ALL: &'static [Self];

    /// Returns the name as the API spells it.
    fn name(self) -> &'static str;

    /// Finds the value of a name.
    fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|word| word.name() == name)
    }
}

/// A word that messages store as a number.
pub trait Numbered: Word {
    /// Full name of the enumeration in the protos.
    const PROTO: &'static str;

    /// Returns the number.
    fn number(self) -> i32;

    /// Finds the value of a number; 0 means not given and has no value.
    fn from_number(number: i32) -> Option<Self>;
}

/// Makes the type of a table of words: `Variant = number => "NAME"`, or `Variant => "NAME"` where
/// messages store the name.
///
/// Rows store the place of a value in its table, so the order stays, and new values come last.
macro_rules! words {
    (
        $(#[$about:meta])*
        pub enum $type:ident: $proto:literal {
            $( $(#[$means:meta])* $word:ident = $number:literal => $name:literal, )+
        }
    ) => {
        $crate::domain::words! {
            $(#[$about])*
            pub enum $type { $( $(#[$means])* $word => $name, )+ }
        }

        impl $type {
            /// Returns the number that messages and the log store.
            pub const fn number(self) -> i32 {
                match self { $( Self::$word => $number, )+ }
            }
        }

        impl $crate::domain::Numbered for $type {
            const PROTO: &'static str = $proto;

            fn number(self) -> i32 {
                self.number()
            }

            fn from_number(number: i32) -> Option<Self> {
                match number {
                    $( $number => Some(Self::$word), )+
                    _ => None,
                }
            }
        }
    };
    (
        $(#[$about:meta])*
        pub enum $type:ident {
            $( $(#[$means:meta])* $word:ident => $name:literal, )+
        }
    ) => {
        $(#[$about])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $type { $( $(#[$means])* $word, )+ }

        impl $type {
            /// Every value, in the order of the table.
            pub const ALL: [Self; [$( $name, )+].len()] = [$( Self::$word, )+];

            /// Returns the name as the API spells it.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$word => $name, )+ }
            }
        }

        impl $crate::domain::Word for $type {
            const ALL: &'static [Self] = &Self::ALL;

            fn name(self) -> &'static str {
                self.name()
            }
        }
    };
}

pub(crate) use words;
