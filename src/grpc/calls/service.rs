//! A service is a table: each of its calls is a row.
//!
//! tonic has one trait for each service, so a method must be spelled out for each call. Most methods
//! differ in names only. The macro writes them; functions do the work.
//!
//! | row | does |
//! |---|---|
//! | `write call(Asked) -> Answer { field, … }` | parses by `parse::call`, executes, answers each field as the write left it |
//! | `batch call(Asked) -> Answer { items }` | executes each of `items` separately |
//! | `get[Few] call(Asked) -> Answer { field: \|query\| slice, find }` | parses, reads what `find` finds |
//! | `list[Many] call(Asked) -> Answer { field: \|query\| slice, find }` | the same, a page of it |
//! | `call call(Asked) -> Answer { function }` | calls the function |
//!
//! Every answer is opened last ([`Opening`](super::Opening)); a stream opens what it sends itself.
//! `by` names a function that gives a personal text of the query its digest, to find rows by.
//!
//! A field of a write is found by its type ([`Shown`](super::Shown)), or by a function after `=`.
//! `Few` and `Many` say how many rows an answer is made of ([`Load`](super::Load)). The slice names
//! the events that make the answer.

/// Defines a server and implements its service, a row for each call.
macro_rules! service {
    (
        $(#[$doc:meta])*
        $server:ident: $service:path $([$($stream:ident = $messages:ty),+ $(,)?])? {
            $(
                $kind:ident $([$load:ident])? $call:ident($asked:ident $(<$of:ident>)?)
                    -> $($answer:ident)::+ { $($how:tt)* }
            )*
        }
    ) => {
        $(#[$doc])*
        pub struct $server {
            door: $crate::grpc::calls::Door,
        }

        impl $server {
            /// Serves behind this door.
            pub fn new(door: $crate::grpc::calls::Door) -> Self {
                Self { door }
            }
        }

        #[tonic::async_trait]
        impl $service for $server {
            $($(type $stream = $messages;)+)?

            $(
                async fn $call(
                    &self,
                    request: tonic::Request<$asked $(<$of>)?>,
                ) -> Result<tonic::Response<$($answer)::+>, tonic::Status> {
                    let (calls, own) = self.door.enter(&request)?;
                    let calls = &calls;
                    calls.ensure_own(own, stringify!($asked)).await?;
                    $crate::grpc::calls::service::handle!(
                        $kind $([$load])? calls, request, $call($asked $(<$of>)?)
                            -> $($answer)::+ { $($how)* }
                    )
                }
            )*
        }
    };
}

/// The work of a row. Each kind of row has an arm.
macro_rules! handle {
    (
        write $calls:ident, $request:ident, $call:ident($asked:ident) -> $answer:ident {
            $($field:ident $(= $of:path)?),+
        }
    ) => {{
        let written = $calls.write($request, parse::$call).await?;
        let mut answer = $answer::default();
        $(answer.$field = $crate::grpc::calls::service::field!(written $(, $of)?);)+
        answer.receipt = Some(written.receipt);
        let answer = $calls.opened_with(answer, &written.trial_keys);
        Ok(tonic::Response::new(answer))
    }};
    (
        batch $calls:ident, $request:ident, $call:ident($asked:ident) -> $answer:ident {
            $items:ident
        }
    ) => {{
        let request = $request.into_inner();
        let items = (stringify!($items), request.$items.len());
        let written = $crate::grpc::calls::many::write($calls, request, items, parse::$call);
        let (results, last_position) = written.await?;
        Ok(tonic::Response::new($answer {
            results,
            last_position,
        }))
    }};
    (
        get[$load:ident] $calls:ident, $request:ident, $call:ident($asked:ident) -> $answer:ident {
            $field:ident: |$query:ident| $slice:expr, $find:path $(, by $recognise:path)?
        }
    ) => {{
        use $crate::grpc::calls::{Load, Reading, parsed};
        let deadline = $crate::grpc::edge::deadline::Deadline::of(&$request);
        let $query = parsed(parse::$call(&$request.into_inner()))?;
        $(let $query = $recognise($calls, $query)?;)?
        let reading = Reading {
            load: Load::$load,
            when: $query.when,
            slice: $slice,
            deadline,
        };
        let find = move |rows: &$crate::store::Snapshot| $find(rows, &$query);
        let (found, position) = $calls.read(reading, find).await?;
        let mut answer = $answer::default();
        (answer.$field, answer.position) = (Some(found), position);
        Ok(tonic::Response::new($calls.opened(answer)))
    }};
    (
        list[$load:ident] $calls:ident, $request:ident, $call:ident($asked:ident) -> $answer:ident {
            $field:ident: |$query:ident| $slice:expr, $find:path $(, by $recognise:path)?
        }
    ) => {{
        use $crate::grpc::calls::page_token::Query;
        use $crate::grpc::calls::{Load, Part, Reading, parsed};
        let deadline = $crate::grpc::edge::deadline::Deadline::of(&$request);
        let request = $request.into_inner();
        let same_query = Query::of(&$asked {
            page_size: 0,
            page_token: String::new(),
            min_position: 0,
            ..request.clone()
        });
        let $query = parsed(parse::$call(request))?;
        $(let $query = $recognise($calls, $query)?;)?
        let part = $calls.part(same_query, &$query.page)?;
        let reading = Reading {
            load: Load::$load,
            when: $query.when,
            slice: $slice,
            deadline,
        };
        let find = move |rows: &$crate::store::Snapshot, part: &Part| $find(rows, &$query, part);
        let (listed, next_page_token, position) = $calls.list(reading, part, find).await?;
        let mut answer = $answer::default();
        (answer.$field, answer.position) = (listed, position);
        answer.next_page_token = next_page_token;
        Ok(tonic::Response::new($calls.opened(answer)))
    }};
    (
        call $calls:ident, $request:ident, $call:ident($($asked:tt)*) -> Self::$stream:ident {
            $of:path
        }
    ) => {
        $of($calls, $request).await
    };
    (
        call $calls:ident, $request:ident, $call:ident($($asked:tt)*) -> $answer:ident {
            $of:path
        }
    ) => {{
        let answer = $of($calls, $request).await?;
        Ok(answer.map(|answer| $calls.opened(answer)))
    }};
}

/// A field of the answer to a write.
macro_rules! field {
    ($written:ident) => {
        $written.shown()
    };
    ($written:ident, $of:path) => {
        $of(&$written)
    };
}

pub(crate) use {field, handle, service};
