package org.kindred.datasets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import org.jspecify.annotations.Nullable;

/** JSON whose numbers are finite: what is not becomes null, read or written. */
final class FiniteJsonFactory extends JsonFactory {
    private static final long serialVersionUID = 1L;

    FiniteJsonFactory(JsonFactoryBuilder builder) {
        super(builder);
    }

    private FiniteJsonFactory(FiniteJsonFactory from) {
        super(from, null);
    }

    @Override
    public JsonFactory copy() {
        return new FiniteJsonFactory(this);
    }

    @Override
    protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
        return new FiniteParser(super._createParser(in, context));
    }

    @Override
    protected JsonParser _createParser(Reader reader, IOContext context) throws IOException {
        return new FiniteParser(super._createParser(reader, context));
    }

    @Override
    protected JsonParser _createParser(
            char[] data, int offset, int length, IOContext context, boolean recyclable)
            throws IOException {
        return new FiniteParser(super._createParser(data, offset, length, context, recyclable));
    }

    @Override
    protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context)
            throws IOException {
        return new FiniteParser(super._createParser(data, offset, length, context));
    }

    @Override
    protected JsonGenerator _createGenerator(Writer out, IOContext context) throws IOException {
        return new FiniteGenerator(super._createGenerator(out, context));
    }

    @Override
    protected JsonGenerator _createUTF8Generator(OutputStream out, IOContext context)
            throws IOException {
        return new Utf8Generator(super._createUTF8Generator(out, context));
    }

    private static final class FiniteParser extends JsonParserDelegate {
        private boolean bareToken;

        FiniteParser(JsonParser delegate) {
            super(delegate);
        }

        @Override
        public @Nullable JsonToken nextToken() throws IOException {
            return seen(delegate.nextToken());
        }

        @Override
        public @Nullable JsonToken nextValue() throws IOException {
            return seen(delegate.nextValue());
        }

        private @Nullable JsonToken seen(@Nullable JsonToken token) throws IOException {
            bareToken = token == JsonToken.VALUE_NUMBER_FLOAT && delegate.isNaN();
            return bareToken ? JsonToken.VALUE_NULL : token;
        }

        @Override
        public @Nullable JsonToken currentToken() {
            return bareToken ? JsonToken.VALUE_NULL : delegate.currentToken();
        }

        @Override
        public int currentTokenId() {
            return bareToken ? JsonToken.VALUE_NULL.id() : delegate.currentTokenId();
        }

        @Override
        public boolean hasToken(JsonToken token) {
            return token == currentToken();
        }

        @Override
        public boolean hasTokenId(int id) {
            return id == currentTokenId();
        }

        @Override
        @Deprecated
        @SuppressWarnings("InlineMeSuggester")
        public @Nullable JsonToken getCurrentToken() {
            return currentToken();
        }

        @Override
        @Deprecated
        @SuppressWarnings("InlineMeSuggester")
        public int getCurrentTokenId() {
            return currentTokenId();
        }
    }

    private static class FiniteGenerator extends JsonGeneratorDelegate {
        FiniteGenerator(JsonGenerator delegate) {
            super(delegate, false);
        }

        @Override
        public void writeNumber(double value) throws IOException {
            if (Double.isFinite(value)) {
                delegate.writeNumber(value);
            } else {
                delegate.writeNull();
            }
        }

        @Override
        public void writeNumber(float value) throws IOException {
            if (Float.isFinite(value)) {
                delegate.writeNumber(value);
            } else {
                delegate.writeNull();
            }
        }

        @Override
        public void writeArray(double[] values, int offset, int length) throws IOException {
            delegate.writeStartArray(values, length);
            for (int i = offset; i < offset + length; i++) {
                writeNumber(values[i]);
            }
            delegate.writeEndArray();
        }
    }

    /**
     * Encodes texts in one pass over their characters, which takes a fraction of the time of the
     * library's own where they are not ASCII. The bytes are the library's, with characters beyond
     * 16 bits as they are instead of as two escapes.
     */
    private static final class Utf8Generator extends FiniteGenerator {
        private char[] text = new char[0];
        private byte[] encoded = new byte[0];

        Utf8Generator(JsonGenerator delegate) {
            super(delegate);
        }

        @Override
        public void writeString(String value) throws IOException {
            if (value == null) {
                delegate.writeString(value);
                return;
            }
            int length = value.length();
            if (text.length < length) {
                text = new char[length + length / 2];
                encoded = new byte[3 * text.length];
            }
            char[] chars = text;
            byte[] bytes = encoded;
            value.getChars(0, length, chars, 0);
            int at = 0;
            for (int i = 0; i < length; i++) {
                char c = chars[i];
                if (c < 0x80) {
                    bytes[at++] = (byte) c;
                } else if (c < 0x800) {
                    bytes[at++] = (byte) (0xC0 | c >> 6);
                    bytes[at++] = (byte) (0x80 | c & 0x3F);
                } else if (!Character.isSurrogate(c)) {
                    bytes[at++] = (byte) (0xE0 | c >> 12);
                    bytes[at++] = (byte) (0x80 | c >> 6 & 0x3F);
                    bytes[at++] = (byte) (0x80 | c & 0x3F);
                } else if (i + 1 < length && Character.isSurrogatePair(c, chars[i + 1])) {
                    int point = Character.toCodePoint(c, chars[++i]);
                    bytes[at++] = (byte) (0xF0 | point >> 18);
                    bytes[at++] = (byte) (0x80 | point >> 12 & 0x3F);
                    bytes[at++] = (byte) (0x80 | point >> 6 & 0x3F);
                    bytes[at++] = (byte) (0x80 | point & 0x3F);
                } else {
                    delegate.writeString(value); // half a pair: an escape keeps it
                    return;
                }
            }
            if (Utf8.needsNoEscape(bytes, 0, at)) {
                delegate.writeRawUTF8String(bytes, 0, at);
            } else {
                delegate.writeUTF8String(bytes, 0, at);
            }
        }
    }
}
