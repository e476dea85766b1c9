// The services of the samples: `http://localhost:PORT/{percall|single|types}/{basic|ws|soap12|binary}`.
using System;
using System.Collections.Generic;
using System.ServiceModel;
using System.ServiceModel.Description;
using System.Threading;
using Interop.Data;

namespace Interop
{
    public abstract class Calculator : ICalculatorSession
    {
        static int made;
        readonly int id = Interlocked.Increment(ref made);
        double total;

        public void Clear() { total = 0; }
        public void AddTo(double n) { total += n; }
        public double Add(double n) { total += n; return total; }
        public double Equals() { return total; }
        public string InstanceId() { return GetType().Name + "#" + id; }
        public void ThrowUndeclared() { throw new FaultException("just a reason"); }
        public void ThrowUnhandled() { throw new InvalidOperationException("secret detail"); }
        public void Nothing() { }

        public int Divide(int n1, int n2)
        {
            if (n2 == 0) throw new FaultException<MathFault>(Problem(), new FaultReason("Denominator is zero"));
            return n1 / n2;
        }

        public int DivideSub(int n1, int n2)
        {
            if (n2 == 0) throw new FaultException<MathFault>(Problem(), new FaultReason("Denominator is zero"), FaultCode.CreateSenderFaultCode("DivZero", "urn:interop:faults"));
            return n1 / n2;
        }

        static MathFault Problem() { return new MathFault { Operation = "Divide", ProblemType = "divide by zero" }; }
    }

    [ServiceBehavior(AddressFilterMode = AddressFilterMode.Any, InstanceContextMode = InstanceContextMode.PerCall)]
    public class PerCall : Calculator { }

    [ServiceBehavior(AddressFilterMode = AddressFilterMode.Any, InstanceContextMode = InstanceContextMode.Single)]
    public class Single : Calculator { }

    [ServiceBehavior(AddressFilterMode = AddressFilterMode.Any)]
    public class Types : ITypes
    {
        public string EchoString(string value) { return value; }
        public Zoo EchoZoo(Zoo zoo) { return zoo; }
        public Shape EchoShape(Shape shape) { return shape; }
        public int[] EchoInts(int[] values) { return values; }
        public List<Point> EchoPoints(List<Point> points) { return points; }
        public byte[] EchoBytes(byte[] data) { return data; }
        public DateTime EchoDate(DateTime when) { return when; }
        public Guid EchoGuid(Guid id) { return id; }
        public int? EchoNullable(int? v) { return v; }
        public Color EchoColor(Color c) { return c; }
        public int Mixed(string zebra, int apple, ref double middle, out string extra, bool last) { middle *= 2; extra = zebra + apple; return last ? 1 : 0; }
        public string CustomAction(string question) { return "re: " + question; }
        public bool Bool(bool b) { return !b; }
        public object EchoObject(object o) { return o; }
        public Dictionary<string, int> EchoMap(Dictionary<string, int> map) { return map; }
    }

    public static class Service
    {
        public static void Serve(int port)
        {
            var hosts = new List<ServiceHost>
            {
                Open(typeof(PerCall), typeof(ICalculatorSession), "http://localhost:" + port + "/percall"),
                Open(typeof(Single), typeof(ICalculatorSession), "http://localhost:" + port + "/single"),
                Open(typeof(Types), typeof(ITypes), "http://localhost:" + port + "/types"),
            };
            Console.WriteLine("ready");
            while (Console.In.ReadLine() != null) { }
            GC.KeepAlive(hosts);
        }

        static ServiceHost Open(Type service, Type contract, string address)
        {
            var host = new ServiceHost(service, new Uri(address));
            foreach (var path in new[] { "basic", "ws", "soap12", "binary" }) host.AddServiceEndpoint(contract, Bindings.For(path), path);
            host.Open();
            return host;
        }
    }
}
