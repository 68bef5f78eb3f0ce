package org.kindred.cli;

import org.kindred.datasets.KindredException;
import org.kindred.datasets.source.DataSource;
import picocli.CommandLine;

/** How commands take data. */
final class DataArgument implements CommandLine.ITypeConverter<DataSource> {
    static final String WHAT =
            "Canonical folder or preferences file (JSONL, may be gzipped), or FORMAT:PATH with a"
                    + " format of kindred data import.";

    @Override
    public DataSource convert(String text) {
        try {
            return DataSource.parse(text);
        } catch (KindredException e) {
            throw new CommandLine.TypeConversionException(e.getMessage());
        }
    }
}
