using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using Mig.Transfer.Protocol;

namespace Mig.Transfer.Transports;

/// <summary>The body of an HTTP request, written while it is sent.</summary>
internal sealed class CallContent : HttpContent
{
    private readonly RequestMessage _request;
    private readonly Action<MessageWriter> _write;
    private readonly CallWatch _watch;

    public CallContent(RequestMessage request, Action<MessageWriter> write, CallWatch watch)
    {
        _request = request;
        _write = write;
        _watch = watch;
        Headers.ContentType = new MediaTypeHeaderValue(HttpTransport.MediaType);
    }

    /// <summary>What failed on this side while the body was made; null when nothing did.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    /// <summary>Bytes written.</summary>
    public long Bytes { get; private set; }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _watch.EndWait();
        var buffered = new BufferedStream(new WatchedStream(stream) { Watch = _watch }, 1 << 16);
        var writer = new MessageWriter(buffered);
        try
        {
            writer.WriteJson(RecordType.Request, _request, ProtocolJson.Default.RequestMessage);
            _write(writer);
            writer.End();
            _watch.Asked(Verbs.TakesTime(_request.Verb));
            _watch.BeginWait();
        }
        catch (Exception e) when (e is not (LineException or OperationCanceledException))
        {
            Failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
        finally
        {
            Bytes = writer.Bytes;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        SerializeToStream(stream, context, CancellationToken.None);
        return Task.CompletedTask;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
