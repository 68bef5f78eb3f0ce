package org.kindred.options;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What an option means, in words that help to choose a value. It stands on a component of an option
 * record and is the only place where the option is described: {@code --print-config} and {@code
 * eval/docs/config.md} are made from it.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Meaning {
    String value();

    /**
     * Whether most people will want to know the option. One of an inner record is essential only if
     * the component that holds the record is.
     */
    boolean essential() default false;
}
