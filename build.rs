//! Compiles `proto/` without protoc, keeps the encoded descriptor set for reflection and JSON, writes
//! the table that reads every stored event, what all requests to write have in common and the walk over
//! the personal texts of every message, and takes the fingerprints of the folds.

#[path = "build/fingerprint.rs"]
mod fingerprint;
#[path = "build/personal.rs"]
mod personal;

use protox::prost_reflect::prost_types::field_descriptor_proto::{Label, Type};
use protox::prost_reflect::prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

const PROTO_ROOT: &str = "proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed={PROTO_ROOT}");
    let mut files = Vec::new();
    collect_protos(Path::new(PROTO_ROOT), &mut files)?;
    files.sort();

    let mut compiler = protox::Compiler::new([PROTO_ROOT])?;
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(&files)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // The encoded form keeps the options that the decoded one drops.
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &descriptors)?;
    fs::write(out.join("personal.rs"), personal::walks(&descriptors)?)?;

    let fds = compiler.file_descriptor_set();
    fs::write(out.join("stored.rs"), stored(&fds.file))?;
    fs::write(out.join("writes.rs"), writes(&fds.file))?;
    fs::write(out.join("asked.rs"), asked(&fds.file))?;
    for (name, fold) in [("views", fingerprint::VIEWS), ("tree", fingerprint::TREE)] {
        for source in fold.sources.iter().chain(&["Cargo.lock"]) {
            println!("cargo:rerun-if-changed={source}");
        }
        let schema = fingerprint::of(&fingerprint::parts(Path::new(""), &fold)?);
        fs::write(out.join(name).with_extension("schema"), schema.to_string())?;
    }

    let mut config = tonic_prost_build::Config::new();
    // The name of a request names its method.
    config.enable_type_names();
    tonic_prost_build::configure()
        .bytes(".")
        // Stored records go out as they are: src/wire/proto/batch.rs says how.
        .extern_path(
            ".campaign.ledger.v1.EventBatch",
            "crate::wire::proto::batch::EventBatch",
        )
        .build_client(true)
        .build_server(true)
        .compile_fds_with_config(fds, config)?;
    Ok(())
}

/// Writes `impl Stored for Wire`: an arm for each message that `Record.event` may hold. A message
/// that cannot be read does not compile.
fn stored(files: &[FileDescriptorProto]) -> String {
    let package = files
        .iter()
        .filter(|file| file.package() == "campaign.ledger.event.v1");
    let record = package
        .flat_map(|file| &file.message_type)
        .filter(|message| message.name() == "Record");
    let events = record
        .flat_map(|message| &message.field)
        .filter(|field| field.oneof_index.is_some());
    // A field is named after its message.
    let arms: String = events
        .filter_map(|field| field.type_name().rsplit('.').next())
        .map(|message| format!("Wire::{message}(message) => message.read(fields),\n"))
        .collect();
    format!(
        "impl Stored for Wire {{ #[allow(clippy::too_many_lines)] fn read(self, fields: &mut Fields) -> Checked<Event> {{ \
         match self {{ {arms} }} }} }}"
    )
}

/// Writes `impl WriteRequest` for each request of the API that has a brand and the context of a write.
fn writes(files: &[FileDescriptorProto]) -> String {
    let api = files
        .iter()
        .filter(|file| file.package() == "campaign.ledger.v1");
    let is_write = |message: &&DescriptorProto| {
        let has = |name: &str| message.field.iter().any(|field| field.name() == name);
        let of_write = |field: &FieldDescriptorProto| {
            field.name() == "context" && field.type_name() == ".campaign.ledger.v1.WriteContext"
        };
        message.name().ends_with("Request") && has("brand_id") && message.field.iter().any(of_write)
    };
    let messages = api.flat_map(|file| &file.message_type).filter(is_write);
    messages
        .map(|message| {
            format!(
                "impl WriteRequest for api::{} {{ \
                 fn brand_id(&self) -> &str {{ &self.brand_id }} \
                 fn context(&self) -> Option<&api::WriteContext> {{ self.context.as_ref() }} \
                 fn take_context(&mut self) -> Option<api::WriteContext> {{ self.context.take() }} \
                 }}\n",
                message.name()
            )
        })
        .collect()
}

/// Writes `impl Asked` for the request of each method: the ids that say where it takes its caller.
fn asked(files: &[FileDescriptorProto]) -> String {
    let api = files
        .iter()
        .filter(|file| file.package() == "campaign.ledger.v1");
    let requests = api
        .flat_map(|file| &file.message_type)
        .filter(|message| message.name().ends_with("Request"));
    let implementation = |message: &DescriptorProto| {
        let named = ["brand", "campaign", "collaboration", "creator"].map(|what| {
            let is_plain = |field: &FieldDescriptorProto| {
                field.name() == format!("{what}_id")
                    && field.r#type() == Type::String
                    && field.label() != Label::Repeated
                    && field.oneof_index.is_none()
            };
            match message.field.iter().any(is_plain) {
                true => format!("{what}: &self.{what}_id,"),
                false => format!("{what}: \"\","),
            }
        });
        format!(
            "impl Asked for crate::wire::proto::api::{name} {{ \
             const METHOD: &'static str = \"{method}\"; \
             fn named(&self) -> Named<'_> {{ Named {{ {fields} }} }} }}\n",
            name = message.name(),
            method = message.name().trim_end_matches("Request"),
            fields = named.concat(),
        )
    };
    requests.map(implementation).collect()
}

fn collect_protos(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_protos(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "proto")
        {
            files.push(path);
        }
    }
    Ok(())
}
