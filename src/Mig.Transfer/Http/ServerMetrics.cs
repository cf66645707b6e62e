using System.Globalization;
using System.Text;
using Mig.Transfer.Protocol;
using Mig.Transfer.Serving;

namespace Mig.Transfer.Http;

/// <summary>What a server counts, for <c>/metrics</c>. For many threads; counting takes no lock.</summary>
/// <remarks>
/// The text is Prometheus' exposition format 0.0.4. Names and labels are mig's own and few: nothing that a client chooses becomes a label,
/// so no client can make it grow.
/// </remarks>
public sealed class ServerMetrics
{
    /// <summary>The content type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly double[] SecondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "OTHER"];
    private static readonly string[] Classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];

    private readonly long[] _requests = new long[Methods.Length * Classes.Length];
    private readonly MetricHistogram _seconds = new(SecondsBounds);
    private readonly long[] _counters = new long[Enum.GetValues<ServerCounter>().Length];
    private long _active;

    /// <summary>Requests that are being answered.</summary>
    public long ActiveRequests => Interlocked.Read(ref _active);

    /// <summary>A request has come; whoever calls this calls <see cref="End"/>, too.</summary>
    public void Begin() => Interlocked.Increment(ref _active);

    /// <summary>A request has been answered.</summary>
    public void End(string method, int status, TimeSpan duration, long bytesIn, long bytesOut)
    {
        Interlocked.Decrement(ref _active);
        int row = Array.IndexOf(Methods, method);
        int column = Math.Clamp((status / 100) - 1, 0, Classes.Length - 1);
        Interlocked.Increment(ref _requests[((row < 0 ? Methods.Length - 1 : row) * Classes.Length) + column]);
        _seconds.Add(duration.TotalSeconds);
        Add(ServerCounter.BytesReceived, bytesIn);
        Add(ServerCounter.BytesSent, bytesOut);
    }

    public void Add(ServerCounter counter, long count = 1) => Interlocked.Add(ref _counters[(int)counter], count);

    /// <summary>Counts what a repository was asked.</summary>
    internal void Add(ServiceTally tally)
    {
        Add(ServerCounter.ObjectsSent, tally.ObjectsSent);
        Add(ServerCounter.ObjectsReceived, tally.ObjectsReceived);
        if (tally.Error is null && tally.Verb == Verbs.Commits)
            Add(ServerCounter.Fetches);
        if (tally.HasMoved is { } hasMoved)
            Add(hasMoved ? ServerCounter.Pushes : ServerCounter.PushesRefused);
        if (tally.IsFault)
            Add(ServerCounter.Failures);
    }

    public long Get(ServerCounter counter) => Interlocked.Read(ref _counters[(int)counter]);

    /// <summary>The text of <c>/metrics</c>.</summary>
    public override string ToString() => ToString(0);

    /// <inheritdoc cref="ToString()"/>
    /// <param name="connections">Open connections.</param>
    public string ToString(int connections)
    {
        var text = new StringBuilder();
        Describe(text, "mig_http_requests_total", "counter", "Requests answered, by method and class of status.");
        for (int i = 0; i < _requests.Length; i++)
        {
            if (Interlocked.Read(ref _requests[i]) is > 0 and long count)
                text.Append(CultureInfo.InvariantCulture,
                    $"mig_http_requests_total{{method=\"{Methods[i / Classes.Length]}\",status=\"{Classes[i % Classes.Length]}\"}} "
                    + $"{count}\n");
        }

        Describe(text, "mig_http_requests_active", "gauge", "Requests that are being answered.");
        text.Append(CultureInfo.InvariantCulture, $"mig_http_requests_active {ActiveRequests}\n");
        Describe(text, "mig_connections", "gauge", "Open connections.");
        text.Append(CultureInfo.InvariantCulture, $"mig_connections {connections}\n");
        Describe(text, "mig_http_request_duration_seconds", "histogram", "How long requests took.");
        _seconds.Write(text, "mig_http_request_duration_seconds");
        foreach (ServerCounter counter in Enum.GetValues<ServerCounter>())
        {
            (string name, string help) = Names(counter);
            Describe(text, name, "counter", help);
            text.Append(CultureInfo.InvariantCulture, $"{name} {Get(counter)}\n");
        }

        return text.ToString();
    }

    private static (string Name, string Help) Names(ServerCounter counter) => counter switch
    {
        ServerCounter.BytesReceived => ("mig_http_received_bytes_total", "Bytes of request bodies."),
        ServerCounter.BytesSent => ("mig_http_sent_bytes_total", "Bytes of answers."),
        ServerCounter.Fetches => ("mig_fetches_total", "Fetches that were answered."),
        ServerCounter.Pushes => ("mig_pushes_total", "Pushes that moved refs."),
        ServerCounter.PushesRefused => ("mig_pushes_refused_total", "Pushes that moved none."),
        ServerCounter.ObjectsReceived => ("mig_objects_received_total", "Objects that pushes brought."),
        ServerCounter.ObjectsSent => ("mig_objects_sent_total", "Objects that fetches took."),
        ServerCounter.Unauthorized => ("mig_unauthorized_total", "Requests whose token was missing, unknown or not enough."),
        ServerCounter.RateLimited => ("mig_rate_limited_total", "Requests refused because their client asked too often."),
        ServerCounter.ConnectionsRefused =>
            ("mig_connections_refused_total", "Connections refused because all others were being worked for."),
        ServerCounter.ConnectionsClosed =>
            ("mig_connections_closed_total", "Connections without work that were closed to make room for others."),
        ServerCounter.TooSlow => ("mig_too_slow_total", "Requests whose client sent too slowly."),
        ServerCounter.Failures => ("mig_failures_total", "Requests that failed through a fault of the server."),
        _ => throw new ArgumentOutOfRangeException(nameof(counter)),
    };

    private static void Describe(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
}
