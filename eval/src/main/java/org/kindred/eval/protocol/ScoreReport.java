package org.kindred.eval.protocol;

import java.util.List;
import org.kindred.datasets.Quarantined;
import org.kindred.eval.table.Table;

/**
 * What a file of scores comes to under its protocol.
 *
 * @param numbers the protocol's record, for JSON
 * @param tables the same for people
 * @param setAside lines that could not be used
 * @param matched ids of the file that the data have; all where the protocol needs no data
 * @param unknown ids of the file that the data have not; ignored
 */
public record ScoreReport(
        Protocol protocol,
        Object numbers,
        List<Table> tables,
        List<Quarantined> setAside,
        int matched,
        int unknown) {}
