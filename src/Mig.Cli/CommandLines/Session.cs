using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Mig.Cli.Terminals;
using Mig.Cli.Views;
using Mig.Core;
using Mig.Images.Browse;

namespace Mig.Cli.CommandLines;

/// <summary>What a verb works with: the repository, the terminal, and how the user wants to be told.</summary>
internal sealed class Session : IDisposable
{
    private readonly Terminal _terminal;
    private readonly string? _repositoryFolder;
    private readonly bool _showsProgress;
    private readonly Lock _saying = new();
    private Repository? _repository;
    private ProgressBar? _progress;

    public Session(Terminal terminal, RepositoryContext context, string? repositoryFolder, string colorMode, bool isJson,
        bool showsProgress)
    {
        _terminal = terminal;
        _repositoryFolder = repositoryFolder;
        _showsProgress = showsProgress && terminal.IsErrorTerminal;
        Context = context with
        {
            HookOutput = PassOn,
            Notice = Say,
            Warning = Warn,
            IsInteractive = IsInteractive,
            Interruption = () =>
            terminal.Interruption.Asked
        };
        IsJson = isJson;
        Palette = new Palette(WantsColor(colorMode, terminal.IsOutputTerminal, context));
        ErrorPalette = new Palette(WantsColor(colorMode, terminal.IsErrorTerminal, context));
    }

    public RepositoryContext Context { get; }

    /// <summary>Results, for standard output.</summary>
    public TextOutput Output => _terminal.Output;

    public bool IsOutputTerminal => _terminal.IsOutputTerminal;

    /// <summary>Whether somebody types.</summary>
    public bool IsInputTerminal => _terminal.IsInputTerminal;

    /// <summary>Whether someone can be asked.</summary>
    public bool IsInteractive => _terminal.IsInputTerminal && _terminal.IsErrorTerminal;

    public bool IsJson { get; }

    /// <summary>Whether only results, warnings and errors are wanted.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Colours of standard output.</summary>
    public Palette Palette { get; }

    /// <summary>Colours of standard error.</summary>
    public Palette ErrorPalette { get; }

    /// <summary>Cancelled by Ctrl-C. A verb that never asks is ended by the signal.</summary>
    public CancellationToken Cancellation => _terminal.Interruption.Token;

    /// <summary>The repository: the one of <c>--repo</c>, else of <c>MIG_DIR</c>, else the nearest upwards.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public Repository Repository => _repository ??= OpenRepository();

    /// <summary>What <c>--repo</c> says; null when it is not given.</summary>
    public string? RepositoryFolder => _repositoryFolder;

    /// <summary>The repository, or null when there is none and none was named.</summary>
    public Repository? FindRepository()
    {
        try
        {
            return Repository;
        }
        catch (NotFoundException) when (_repositoryFolder is null)
        {
            return null;
        }
    }

    public static bool WantsColor(string mode, bool isTerminal, RepositoryContext context) => mode switch
    {
        "always" => true,
        "never" => false,
        _ => isTerminal && string.IsNullOrEmpty(context.Environment("NO_COLOR")) && context.Environment("TERM") != "dumb",
    };

    /// <summary>Prints one result as JSON.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter(Output.AsStream());
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        Output.WriteLine();
    }

    /// <summary>Prints many results as one JSON array, each on a line of its own, none of them kept.</summary>
    /// <param name="coverage">What the results do not rest on, which follows them.</param>
    public void WriteJson<T>(IEnumerable<T> values, JsonTypeInfo<T> type, AnswerCoverage? coverage = null)
    {
        using var array = new JsonArrayView(Output);
        foreach (T value in values)
            array.Write(value, type);
        array.End(coverage);
    }

    /// <summary>Prints what was done, unless the user wants it quiet.</summary>
    public void Report(string sentence)
    {
        if (!IsQuiet)
            Output.WriteLine(sentence);
    }

    /// <summary>Says something that is no result, unless the user wants it quiet.</summary>
    public void Say(string sentence)
    {
        if (!IsQuiet)
            SayLine(SafeText.Text(sentence));
    }

    public void Warn(string sentence) => SayLine($"{ErrorPalette.Yellow("warning:")} {SafeText.Text(sentence)}");

    /// <summary>Shows how far work has come, on a terminal.</summary>
    /// <remarks>Short work shows nothing; <c>MIG_PROGRESS_DELAY</c> says, in milliseconds, how short that is.</remarks>
    public ProgressBar? ShowProgress()
    {
        if (!_showsProgress)
            return null;
        bool isSet = int.TryParse(Context.Environment("MIG_PROGRESS_DELAY"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int milliseconds);
        return _progress = new ProgressBar(
            _terminal.Error, _terminal.Width, isSet ? TimeSpan.FromMilliseconds(milliseconds) : ProgressBar.DefaultDelay);
    }

    /// <summary>All of standard input.</summary>
    public string ReadInput()
    {
        using var reader = new StreamReader(_terminal.OpenInput());
        return reader.ReadToEnd();
    }

    /// <summary>Standard input, for those who read bytes.</summary>
    public Stream OpenInput() => _terminal.OpenInput();

    /// <summary>Standard output, for those who write bytes and say themselves when they are to leave.</summary>
    public Stream OpenOutput()
    {
        Output.Flush();
        return new StandardStream(StandardStream.OutputDescriptor);
    }

    public void Dispose() => _repository?.Dispose();

    // A server has many threads with something to say.
    private void SayLine(string line)
    {
        lock (_saying)
            ExitCode.Say(_terminal, line);
    }

    // What a hook says is its author's own, and passes as it is.
    private void PassOn(ReadOnlyMemory<byte> bytes)
    {
        _progress?.GiveWay();
        try
        {
            lock (_saying)
                _terminal.Error.Write(bytes.Span).Flush();
        }
        catch (Exception e) when (e is IOException or OutputClosedException)
        {
            // Nobody listens; the hook is asked all the same.
        }
    }

    private Repository OpenRepository() => _repositoryFolder is null ? Repository.Discover(Environment.CurrentDirectory, Context)
        : Repository.Open(_repositoryFolder, Context);
}
