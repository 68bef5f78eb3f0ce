package org.kindred.datasets.source;

import java.nio.file.Path;

/**
 * One file to read.
 *
 * @param name path below the folder that was given, with slashes; stands in reports
 */
public record SourceFile(Path path, String name, Layout layout) {}
