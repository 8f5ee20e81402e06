//! A table as Parquet: one row group, every column optional; whole numbers are INT64, booleans are
//! BOOLEAN, the rest is text.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::table::{Cells, Column, Table};

/// Writes a table.
///
/// # Errors
/// When it cannot be written, or a whole number is beyond 64 bits with a sign.
pub fn write(table: &Table, out: &mut (impl Write + Send)) -> Result<()> {
    let columns = table.columns();
    let fields: Result<Vec<_>> = columns.iter().map(|column| field(column)).collect();
    let schema = Type::group_type_builder("rows")
        .with_fields(fields?)
        .build()?;
    let properties = Arc::new(WriterProperties::new());
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), properties)?;
    let rows: Vec<_> = table.rows().collect();
    let mut group = file.next_row_group()?;
    for (place, column) in columns.iter().enumerate() {
        let cells = || rows.iter().map(|row| row[place]);
        let present: Vec<i16> = cells().map(|cell| i16::from(cell.is_some())).collect();
        let Some(mut writer) = group.next_column()? else {
            return Err(ParquetError::General(
                "fewer columns than fields".to_owned(),
            ));
        };
        match column.cells {
            Cells::Whole => {
                let values: Result<Vec<i64>> = cells().flatten().map(whole).collect();
                let typed = writer.typed::<Int64Type>();
                typed.write_batch(&values?, Some(&present), None)?;
            }
            Cells::Truth => {
                let values: Vec<bool> = cells().flatten().map(|cell| cell == "true").collect();
                let typed = writer.typed::<BoolType>();
                typed.write_batch(&values, Some(&present), None)?;
            }
            Cells::Text => {
                let values: Vec<ByteArray> = cells().flatten().map(ByteArray::from).collect();
                let typed = writer.typed::<ByteArrayType>();
                typed.write_batch(&values, Some(&present), None)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    file.close()?;
    Ok(())
}

fn field(column: &Column) -> Result<Arc<Type>> {
    let (physical, logical) = match column.cells {
        Cells::Whole => (Physical::INT64, None),
        Cells::Truth => (Physical::BOOLEAN, None),
        Cells::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    let field = Type::primitive_type_builder(&column.path, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(field))
}

fn whole(cell: &str) -> Result<i64> {
    let number = cell.parse::<i64>();
    number.map_err(|error| ParquetError::External(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::Field;
    use prost_reflect::{DynamicMessage, Value};

    use super::*;
    use crate::log::codec::json::pool;

    #[test]
    fn cells_come_back_as_what_they_are() {
        let kind = pool().get_message_by_name("campaign.ledger.v1.Publication");
        let kind = kind.unwrap();
        let mut post = DynamicMessage::new(kind.clone());
        post.set_field_by_name("brand_id", Value::String("kulit".to_owned()));
        post.set_field_by_name("observations", Value::U64(7));
        post.set_field_by_name("verified", Value::Bool(true));
        let mut table = Table::of(&kind);
        table.add(&post).unwrap();
        let mut bytes = Vec::new();
        write(&table, &mut bytes).unwrap();

        let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
        let rows: Vec<_> = reader
            .get_row_iter(None)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(rows.len(), 1);
        let owned = |(name, field): (&String, &Field)| (name.clone(), field.clone());
        let found: Vec<_> = rows[0].get_column_iter().map(owned).collect();
        let cells = table.rows().next().unwrap();
        let expected = table
            .columns()
            .into_iter()
            .zip(cells)
            .map(|(column, cell)| {
                let field = match (column.cells, cell) {
                    (_, None) => Field::Null,
                    (Cells::Whole, Some(cell)) => Field::Long(cell.parse().unwrap()),
                    (Cells::Truth, Some(cell)) => Field::Bool(cell == "true"),
                    (Cells::Text, Some(cell)) => Field::Str(cell.to_owned()),
                };
                (column.path.clone(), field)
            });
        assert_eq!(found, expected.collect::<Vec<_>>());
        for told in [
            ("brand_id", Field::Str("kulit".to_owned())),
            ("observations", Field::Long(7)),
            ("verified", Field::Bool(true)),
            ("followers", Field::Null),
        ] {
            assert!(found.contains(&(told.0.to_owned(), told.1)));
        }
    }
}
