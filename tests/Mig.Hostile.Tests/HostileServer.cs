using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Mig.Testing;
using Mig.Transfer.Protocol;

namespace Mig.Hostile.Tests;

/// <summary>
/// A server that greets as mig does, and then does what a test wants. It speaks HTTP, or the bare records that ssh would carry; each
/// connection has a thread of its own.
/// </summary>
internal sealed class HostileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly bool _isHttp;
    private readonly Action<string, Stream> _answer;

    /// <param name="answer">Given what is asked and where the answer goes; greeting is done already, unless <paramref name="greets"/> is
    /// false.</param>
    public HostileServer(bool isHttp, Action<string, Stream> answer, bool greets = true)
    {
        _isHttp = isHttp;
        _answer = greets ? (verb, to) => Answer(verb, to, answer) : answer;
        _listener.Start();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What a client is told to go to.</summary>
    public string Address => _isHttp ? $"http://127.0.0.1:{Port}/web" : "ssh://host/web";

    /// <summary>What a client runs instead of ssh.</summary>
    public string SshCommand(string script)
    {
        File.WriteAllText(script, $"#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/{Port}\ncat <&3 & cat >&3; wait\n");
        Tool.Run("chmod", "755", script);
        return script;
    }

    /// <summary>Writes a record.</summary>
    public static void Record(Stream to, char type, ReadOnlySpan<byte> payload)
    {
        byte[] header = new byte[5];
        BinaryPrimitives.WriteInt32LittleEndian(header, payload.Length);
        header[4] = (byte)type;
        to.Write(header);
        to.Write(payload);
    }

    public static void Record(Stream to, char type, string text) => Record(to, type, Encoding.UTF8.GetBytes(text));

    public static void End(Stream to)
    {
        Record(to, '.', []);
        to.Flush();
    }

    public void Dispose() => _listener.Stop();

    private static void Answer(string verb, Stream to, Action<string, Stream> answer)
    {
        if (verb != Verbs.Hello)
        {
            answer(verb, to);
            return;
        }

        Record(to, 'J', """{"protocol":1,"format":1,"program":"mig","features":["refs-in-pages"]}""");
        End(to);
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                TcpClient client = _listener.AcceptTcpClient();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The test is over.
        }
    }

    private void Serve(TcpClient client)
    {
        try
        {
            using (client)
            {
                NetworkStream stream = client.GetStream();
                using var buffered = new BufferedStream(stream, 1 << 16);
                Stream input = _isHttp ? new ChunkedBody(stream) : stream;
                var reader = new MessageReader(input, "the client");
                while (true)
                {
                    (input as ChunkedBody)?.SkipHeader();
                    reader.Expect(RecordType.Request);
                    string verb = reader.ParseJson(ProtocolJson.Default.RequestMessage).Verb;
                    while (reader.Read())
                    {
                    }

                    // The end of the connection is that of the answer. What nobody has read would make a reset of it.
                    if (_isHttp && input.Read(new byte[1]) == 0)
                        buffered.Write("HTTP/1.1 200 OK\r\nContent-Type: application/x-mig\r\nConnection: close\r\n\r\n"u8);
                    _answer(verb, buffered);
                    buffered.Flush();
                    if (_isHttp)
                        return;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or Core.RemoteException)
        {
            // The client has had enough.
        }
    }

    /// <summary>The body of a request in chunks, which is how mig sends it.</summary>
    private sealed class ChunkedBody(Stream stream) : MemoryStream
    {
        private int _left;

        public void SkipHeader()
        {
            while (ReadLine().Length > 0)
            {
            }

            _left = 0;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_left == 0)
            {
                _left = Convert.ToInt32(ReadLine(), 16);
                if (_left == 0)
                {
                    ReadLine();
                    return 0;
                }
            }

            int got = stream.Read(buffer[..Math.Min(buffer.Length, _left)]);
            _left -= got;
            if (_left == 0)
                ReadLine();
            return got;
        }

        private string ReadLine()
        {
            var line = new StringBuilder();
            for (int next = stream.ReadByte(); next != '\n'; next = stream.ReadByte())
            {
                if (next < 0)
                    throw new IOException("the client is gone");
                if (next != '\r')
                    line.Append((char)next);
            }

            return line.ToString();
        }
    }
}
