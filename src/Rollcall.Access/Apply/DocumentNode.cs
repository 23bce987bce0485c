namespace Rollcall.Access.Apply;

/// <summary>A value of a document, and where it stands.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1.</param>
internal abstract record DocumentNode(int Line, int Column)
{
    /// <summary>What it is, for messages.</summary>
    public abstract string What { get; }

    /// <summary>Text, a number, a truth value: in these documents all are read as the text that stands there.</summary>
    /// <param name="Text">The text.</param>
    /// <param name="IsPlain">Whether it stands without quotes.</param>
    /// <param name="Line">The line, from 1.</param>
    /// <param name="Column">The column, from 1.</param>
    public sealed record Scalar(string Text, bool IsPlain, int Line, int Column) : DocumentNode(Line, Column)
    {
        /// <summary>Whether it stands for no value (YAML 1.2 §10.3.2).</summary>
        public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

        /// <inheritdoc/>
        public override string What => "a text";
    }

    /// <summary>A list of values.</summary>
    public sealed record Sequence(IReadOnlyList<DocumentNode> Items, int Line, int Column) : DocumentNode(Line, Column)
    {
        /// <inheritdoc/>
        public override string What => "a list";
    }

    /// <summary>Values by key, each key once.</summary>
    public sealed record Mapping(IReadOnlyList<(Scalar Key, DocumentNode Value)> Entries, int Line, int Column) : DocumentNode(Line, Column)
    {
        /// <inheritdoc/>
        public override string What => "a mapping";
    }
}
